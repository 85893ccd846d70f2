"""Haiku: with state, apply returns a pair, and here it is taken for the logits."""

import haiku as hk
import jax
import jax.numpy as jnp


def digits(images, training):
    x = hk.BatchNorm(True, True, 0.9)(hk.Linear(8)(images), training)
    return hk.Linear(3)(jax.nn.relu(x))


model = hk.without_apply_rng(hk.transform_with_state(digits))


def main():
    images = jnp.ones((4, 6))
    params, state = model.init(jax.random.key(0), images, training=True)
    logits = model.apply(params, state, images, training=True)  # JAX108: 14-63 error(AttributeError)
    print(logits.argmax(-1))


if __name__ == "__main__":
    main()
