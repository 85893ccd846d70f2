"""Blur each sensor reading with noise of its own, for augmentation."""

import haiku as hk
import jax
import jax.numpy as jnp


def jitter(reading: jax.Array) -> jax.Array:
    """`reading`, [2], with noise added."""
    return reading + jax.random.normal(hk.next_rng_key(), reading.shape)


def augment(readings: jax.Array) -> jax.Array:
    """`readings`, [batch, 2], every row with its own noise."""
    return hk.vmap(jitter, split_rng=not hk.running_init())(readings)


augmentation = hk.transform(augment)


def main():
    readings = jnp.zeros((3, 2))
    key = jax.random.PRNGKey(0)
    params = augmentation.init(key, readings)
    rows = augmentation.apply(params, key, readings)
    print(rows)
    print("different rows:", len(jnp.unique(rows, axis=0)), "of", len(rows))


if __name__ == "__main__":
    main()
