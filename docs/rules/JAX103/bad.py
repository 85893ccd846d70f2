"""Forces on particles: the slope of a learned energy."""

import haiku as hk
import jax
import jax.numpy as jnp


def energy(position: jax.Array) -> jax.Array:
    """The energy, a scalar, of one particle at `position`, [3]."""
    return hk.nets.MLP([16, 1], activation=jnp.tanh)(position)[0]


def force(position: jax.Array) -> jax.Array:
    """The force, [3], on one particle at `position`, [3]."""
    return -jax.grad(energy)(position)  # JAX103: 13-29 tolerated


model = hk.without_apply_rng(hk.transform(force))


def main():
    position = jnp.array([0.1, 0.2, 0.3])
    params = model.init(jax.random.PRNGKey(0), position)
    print("force:", model.apply(params, position))

    hk.experimental.check_jax_usage(True)
    print("force, with Haiku's own check on:", model.apply(params, position))


if __name__ == "__main__":
    main()
