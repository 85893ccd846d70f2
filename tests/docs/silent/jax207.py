"""What the page of JAX207 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Model(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(2)(nn.BatchNorm(use_running_average=not train)(x))


def put_back(variables, x):
    out, updates = Model().apply(variables, x, train=True, mutable=["batch_stats"])
    return out, {**variables, **updates}


def one_collection_kept(variables, x):
    out, updates = Model().apply(variables, x, train=True, mutable=["batch_stats"])
    return out, {"params": variables["params"], "batch_stats": updates["batch_stats"]}


def handed_on(variables, x):
    return Model().apply(variables, x, train=True, mutable=["batch_stats"])


def nothing_is_updated(variables, x):
    out, _ = Model().apply(variables, x, train=False, mutable=["batch_stats"])
    return out


def main():
    x = jnp.ones((4, 3))
    variables = Model().init(jax.random.key(0), x, train=False)
    for function in (put_back, one_collection_kept, handed_on, nothing_is_updated):
        function(variables, x)


if __name__ == "__main__":
    main()
