"""Roll a learned dynamics model forward."""

import haiku as hk
import jax
import jax.numpy as jnp


def roll_out(start: jax.Array, steps: int) -> jax.Array:
    """The states, [steps, 4], that follow `start`, [4]."""
    dynamics = hk.Linear(4, name="dynamics")

    def step(state, _):
        state = state + dynamics(state)
        return state, state

    _, states = hk.scan(step, start, None, length=steps)
    return states


model = hk.without_apply_rng(hk.transform(roll_out))


def main():
    params = model.init(jax.random.PRNGKey(0), jnp.ones(4), 3)
    print("states:", model.apply(params, jnp.ones(4), 3))


if __name__ == "__main__":
    main()
