"""Sample a move for every game of a batch."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Player(nn.Module):
    """Moves by a policy."""

    @nn.compact
    def __call__(self, position: jax.Array) -> jax.Array:
        """A move, one of 100, for one position, [5]."""
        logits = nn.Dense(100, kernel_init=nn.initializers.zeros)(position)
        return jax.random.categorical(self.make_rng("moves"), logits)


Players = nn.vmap(
    Player,
    variable_axes={"params": None},
    split_rngs={"params": False, "moves": True},
)


def main():
    model, positions = Players(), jnp.ones((6, 5))
    keys = {"params": jax.random.key(0), "moves": jax.random.key(1)}
    variables = model.init(keys, positions)
    moves = model.apply(variables, positions, rngs=keys)
    print("moves:", moves)
    print("different moves:", len(jnp.unique(moves)), "of", len(moves))


if __name__ == "__main__":
    main()
