"""Haiku, without a key: apply gets None while dropout is on."""

import haiku as hk
import jax
import jax.numpy as jnp


def digits(images, training):
    x = jax.nn.relu(hk.Linear(8)(images))
    x = hk.dropout(hk.next_rng_key(), 0.2, x) if training else x
    return hk.Linear(3)(x)


model = hk.transform(digits)


def main():
    images = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), images, training=False)
    print(model.apply(params, None, images, training=True))  # JAX107: 11-59 error(ValueError)


if __name__ == "__main__":
    main()
