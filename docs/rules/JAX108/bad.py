"""Forecast demand with a module that counts its calls."""

import haiku as hk
import jax
import jax.numpy as jnp


def forecast(demand: jax.Array) -> jax.Array:
    """Tomorrow's demand, [shops, 1], from the last week's, [shops, 7]."""
    calls = hk.get_state("calls", (), jnp.int32, init=jnp.zeros)
    hk.set_state("calls", calls + 1)
    return hk.Linear(1)(demand)


model = hk.without_apply_rng(hk.transform_with_state(forecast))


def main():
    demand = jnp.ones((3, 7))
    params, state = model.init(jax.random.PRNGKey(0), demand)
    forecasts = model.apply(params, state, demand)  # JAX108: 17-51 error(TypeError)
    print("error:", jnp.abs(forecasts - 1.0).mean())


if __name__ == "__main__":
    main()
