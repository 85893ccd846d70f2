"""Translate a colour between two palettes."""

import haiku as hk
import jax
import jax.numpy as jnp


def translate(colour: jax.Array) -> jax.Array:
    """The colour, [3], in the other palette."""
    return hk.nets.MLP([8, 3])(colour)


palette = hk.transform(translate)


def main():
    colour = jnp.array([0.2, 0.4, 0.6])
    params = palette.init(jax.random.PRNGKey(0), colour)
    print("translated:", palette.apply(params, None, colour))


if __name__ == "__main__":
    main()
