"""What the page of JAX305 says is not reported."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp

PAIR = hk.without_apply_rng(hk.transform(lambda x: hk.Linear(2)(x)))


class Network(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(2)(x)


def renamed(params, x):
    layer = {"kernel": params["linear"]["w"], "bias": params["linear"]["b"]}
    return Network().apply({"params": {"Dense_0": layer}}, x)


def to_its_own_wrapper(params, x):
    return hkflax.Module(hk.transform(lambda x: hk.Linear(2)(x))).apply({"params": params}, x)


def back_to_haiku(params, x):
    model = hkflax.Module(hk.transform(lambda x: hk.Linear(2)(x)))
    variables = model.init(jax.random.PRNGKey(0), x)
    return PAIR.apply(hkflax.flatten_flax_to_haiku(variables["params"]), x)


def each_its_own(params, x):
    variables = Network().init(jax.random.key(0), x)
    return PAIR.apply(params, x) + Network().apply(variables, x)


def main():
    x = jnp.ones((2, 3))
    params = PAIR.init(jax.random.PRNGKey(0), x)
    for function in (renamed, to_its_own_wrapper, back_to_haiku, each_its_own):
        function(params, x)


if __name__ == "__main__":
    main()
