"""Fit a line to house prices."""

import haiku as hk
import jax
import jax.numpy as jnp


def price(area: jax.Array) -> jax.Array:
    """The price, [houses, 1], by floor area, [houses, 1]."""
    return hk.Linear(1, w_init=jnp.ones)(area)


model = hk.without_apply_rng(hk.transform(price))


def squared_error(params: hk.Params, area: jax.Array, paid: jax.Array) -> jax.Array:
    """The mean squared error, a scalar."""
    return jnp.mean((price(area) - paid) ** 2)  # JAX105: 22-33 error(ValueError)


def main():
    area, paid = jnp.array([[1.0], [2.0]]), jnp.array([[3.0], [5.0]])
    params = model.init(jax.random.PRNGKey(0), area)
    print("error:", squared_error(params, area, paid))


if __name__ == "__main__":
    main()
