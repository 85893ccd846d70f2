"""Haiku: batch normalisation under hk.transform, which has no room for state."""

import haiku as hk
import jax
import jax.numpy as jnp


def digits(images, training):
    x = hk.BatchNorm(True, True, 0.9)(hk.Linear(8)(images), training)
    return hk.Linear(3)(jax.nn.relu(x))


model = hk.transform(digits)  # JAX106: 9-29 error(ValueError)


def main():
    images = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), images, training=True)
    print(model.apply(params, None, images, training=True))


if __name__ == "__main__":
    main()
