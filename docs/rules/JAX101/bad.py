"""Encode a recording, one audio frame after another, with a recurrent core."""

import haiku as hk
import jax
import jax.numpy as jnp


def encode(frames: jax.Array) -> jax.Array:
    """The last hidden state, [8], of a GRU that reads `frames`, [time, 3]."""
    core = hk.GRU(8)

    def step(hidden, frame):
        _, hidden = core(frame, hidden)
        return hidden, None

    hidden, _ = jax.lax.scan(step, core.initial_state(None), frames)  # JAX101: 17-69 leak
    return hidden


encoder = hk.without_apply_rng(hk.transform(encode))


def main():
    frames = jnp.ones((5, 3))
    params = encoder.init(jax.random.PRNGKey(0), frames)
    print("init returned", jax.tree.map(jnp.shape, params))
    print("last hidden state", encoder.apply(params, frames))


if __name__ == "__main__":
    main()
