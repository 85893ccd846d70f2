"""Predict rents from the size and the age of flats."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Rents(nn.Module):
    """A linear model."""

    @nn.compact
    def __call__(self, flats: jax.Array) -> jax.Array:
        """Rents, [flats, 1], of `flats`, [flats, 2]."""
        return nn.Dense(1)(flats)


def main():
    model, flats = Rents(), jnp.ones((3, 2))
    variables = model.init(jax.random.key(0), flats)
    print("parameters:", jax.tree.map(jnp.shape, variables))
    print("rents:", model.apply(variables, flats).shape)


if __name__ == "__main__":
    main()
