"""What the page of JAX301 says is not reported."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class Scale(nn.Module):
    factor: float = 2.0

    def __call__(self, x):
        return self.factor * x


def lifted(x):
    return hkflax.lift(nn.Dense(2), name="dense")(x)


def frozen(x):
    dense = nn.Dense(2)
    variables = {"params": {"kernel": jnp.ones((3, 2)), "bias": jnp.zeros(2)}}
    return hk.Linear(1)(dense.apply(variables, x))


def computes(x):
    return hk.Linear(1)(Scale()(x))


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    for function in (lifted, frozen, computes):
        pair = hk.without_apply_rng(hk.transform(function))
        pair.apply(pair.init(key, x), x)


if __name__ == "__main__":
    main()
