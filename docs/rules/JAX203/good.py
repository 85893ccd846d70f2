"""Score songs with a network that has a layer normalisation, and so no running averages."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Scores(nn.Module):
    """How well listeners will like a song."""

    @nn.compact
    def __call__(self, songs: jax.Array) -> jax.Array:
        """Scores, [songs, 1], of `songs`, [songs, 4]."""
        return nn.Dense(1)(nn.LayerNorm()(songs))


def main():
    model, songs = Scores(), jnp.linspace(0.0, 1.0, 12).reshape(3, 4)
    variables = model.init(jax.random.key(0), songs)
    scores = model.apply(variables, songs)
    print("scores:", scores.shape)


if __name__ == "__main__":
    main()
