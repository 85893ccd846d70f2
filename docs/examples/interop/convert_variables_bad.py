"""Flax's variables are handed to Haiku as they are, nested and with their collections."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp

pair = hk.transform(lambda x: hk.nets.MLP([4, 2])(x))
module = hkflax.Module(pair)


def main():
    x = jnp.ones((2, 3))
    variables = module.init(jax.random.key(0), x)
    print(pair.apply(variables, None, x))  # JAX305: 11-41 error(ValueError)


if __name__ == "__main__":
    main()
