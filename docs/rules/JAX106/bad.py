"""Classify leaves by shape; a batch normalisation keeps running averages."""

import haiku as hk
import jax
import jax.numpy as jnp


def classify(shapes: jax.Array, is_training: bool) -> jax.Array:
    """Logits, [batch, 3], for `shapes`, [batch, 5]."""
    hidden = hk.Linear(8)(shapes)
    hidden = hk.BatchNorm(True, True, decay_rate=0.9)(hidden, is_training)
    return hk.Linear(3)(jax.nn.relu(hidden))


model = hk.transform(classify)  # JAX106: 9-31 error(ValueError)


def main():
    shapes = jnp.linspace(0.0, 1.0, 20).reshape(4, 5)
    key = jax.random.PRNGKey(0)
    params = model.init(key, shapes, True)
    print("logits:", model.apply(params, None, shapes, True))


if __name__ == "__main__":
    main()
