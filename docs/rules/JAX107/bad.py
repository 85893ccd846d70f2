"""Predict tomorrow's rainfall, with dropout while training."""

import haiku as hk
import jax
import jax.numpy as jnp


def predict(weather: jax.Array) -> jax.Array:
    """Rainfall, [days, 1], from `weather`, [days, 6]."""
    hidden = jax.nn.relu(hk.Linear(16)(weather))
    hidden = hk.dropout(hk.next_rng_key(), 0.2, hidden)
    return hk.Linear(1)(hidden)


model = hk.transform(predict)


def main():
    weather = jnp.ones((2, 6))
    params = model.init(jax.random.PRNGKey(0), weather)
    print("rainfall:", model.apply(params, None, weather))  # JAX107: 24-58 error(ValueError)


if __name__ == "__main__":
    main()
