"""Haiku's parameters are handed to the wrapper bare: Flax wants to know their collection."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp

pair = hk.transform(lambda x: hk.nets.MLP([4, 2])(x))
module = hkflax.Module(pair)


def main():
    x = jnp.ones((2, 3))
    params = pair.init(jax.random.key(0), x)
    print(module.apply(params, x))  # JAX305: 11-34 error(ValueError)


if __name__ == "__main__":
    main()
