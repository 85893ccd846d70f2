"""Score a board for several players with one inner network."""

import haiku as hk
import jax
import jax.numpy as jnp


def score(board: jax.Array) -> jax.Array:
    """How good `board`, [4], is: a scalar."""
    return hk.nets.MLP([8, 1], name="score")(board)[0]


def scores(boards: jax.Array) -> jax.Array:
    """The score, [players], of each player's view, [players, 4]."""
    inner = hk.without_apply_rng(hk.transform(score))
    params = inner.init(hk.next_rng_key(), boards[0])  # JAX104: 14-54 silent
    return jax.vmap(inner.apply, in_axes=(None, 0))(params, boards)


model = hk.transform(scores)


def main():
    boards = jnp.arange(8.0).reshape(2, 4)
    params = model.init(jax.random.PRNGKey(0), boards)
    print("parameters to train:", list(params))
    first, second = (model.apply(params, jax.random.PRNGKey(n), boards) for n in (1, 2))
    print("scores:", first)
    print("the same boards and parameters, another key:", second)


if __name__ == "__main__":
    main()
