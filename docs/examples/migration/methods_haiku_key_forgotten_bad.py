"""Haiku: an apply function of hk.multi_transform wants a key in second place, or None."""

import haiku as hk
import jax
import jax.numpy as jnp


def methods():
    down, up = hk.Linear(2, name="down"), hk.Linear(6, name="up")

    def init(x):
        return up(down(x))

    return init, (down, up)


model = hk.multi_transform(methods)


def main():
    x = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), x)
    compress, restore = model.apply
    print(compress(params, x))  # JAX109: 11-30 error(ValueError)


if __name__ == "__main__":
    main()
