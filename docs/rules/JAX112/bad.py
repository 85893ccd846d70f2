"""Sample a move for every game of a batch."""

import haiku as hk
import jax
import jax.numpy as jnp


def play(position: jax.Array) -> jax.Array:
    """A move, one of 100, for one position, [5]."""
    logits = hk.Linear(100, w_init=jnp.zeros)(position)
    return jax.random.categorical(hk.next_rng_key(), logits)


def play_all(positions: jax.Array) -> jax.Array:
    """A move for each of `positions`, [games, 5]."""
    return hk.vmap(play, split_rng=False)(positions)  # JAX112: 12-42 silent


player = hk.transform(play_all)


def main():
    positions = jnp.ones((6, 5))
    key = jax.random.PRNGKey(0)
    params = player.init(key, positions)
    moves = player.apply(params, key, positions)
    print("moves:", moves)
    print("different moves:", len(jnp.unique(moves)), "of", len(moves))


if __name__ == "__main__":
    main()
