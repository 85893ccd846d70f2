"""Classify leaves by shape; a batch normalisation keeps running averages."""

import haiku as hk
import jax
import jax.numpy as jnp


def classify(shapes: jax.Array, is_training: bool) -> jax.Array:
    """Logits, [batch, 3], for `shapes`, [batch, 5]."""
    hidden = hk.Linear(8)(shapes)
    hidden = hk.BatchNorm(True, True, decay_rate=0.9)(hidden, is_training)
    return hk.Linear(3)(jax.nn.relu(hidden))


model = hk.transform_with_state(classify)


def main():
    shapes = jnp.linspace(0.0, 1.0, 20).reshape(4, 5)
    key = jax.random.PRNGKey(0)
    params, state = model.init(key, shapes, True)
    logits, state = model.apply(params, state, None, shapes, True)
    print("logits:", logits)


if __name__ == "__main__":
    main()
