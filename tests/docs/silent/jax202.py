"""What the page of JAX202 says is not reported."""

import sys

import flax.linen as nn
import jax
import jax.numpy as jnp

MODEL = nn.BatchNorm(use_running_average=False)


def both(variables, x):
    return MODEL.apply(variables, x, mutable=["batch_stats"])


def passed_on(variables, x):
    pair = both(variables, x)
    return jax.tree.map(jnp.shape, pair)


def indexed(variables, x):
    pair = MODEL.apply(variables, x, mutable=["batch_stats"])
    return pair[0].sum(), pair[1]


def chosen_at_run_time(variables, x):
    mutable = ["batch_stats"] if "--keep" in sys.argv else False
    out = nn.Dense(2).apply(variables, x, mutable=mutable)
    return out[0].sum() if mutable else out.sum()


def in_has_aux(variables, x):
    def loss(params):
        out, updates = MODEL.apply({**variables, "params": params}, x, mutable=["batch_stats"])
        return out.sum(), updates

    return jax.value_and_grad(loss, has_aux=True)(variables["params"])


def main():
    x, key = jnp.ones((2, 3)), jax.random.key(0)
    variables = MODEL.init(key, x)
    for function in (both, passed_on, indexed, in_has_aux):
        function(variables, x)
    chosen_at_run_time(nn.Dense(2).init(key, x), x)


if __name__ == "__main__":
    main()
