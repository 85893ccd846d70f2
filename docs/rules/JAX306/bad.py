"""Rank offers with a Flax module that borrows a layer from Haiku."""

import flax.linen as nn
import haiku as hk
import jax
import jax.numpy as jnp


class Ranking(nn.Module):
    """Scores for offers."""

    @nn.compact
    def __call__(self, offers: jax.Array) -> jax.Array:
        """Scores, [offers, 1], of `offers`, [offers, 5]."""
        head = hk.Linear(1)  # JAX306: 16-28 error(ValueError)
        return head(nn.LayerNorm()(offers))


def main():
    model, offers = Ranking(), jnp.ones((3, 5))
    variables = model.init(jax.random.key(0), offers)
    print("scores:", model.apply(variables, offers).shape)


if __name__ == "__main__":
    main()
