"""Predict the harvest with parameters from a checkpoint."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Harvest(nn.Module):
    """A linear model of normalised weather."""

    @nn.compact
    def __call__(self, weather: jax.Array) -> jax.Array:
        """The harvest, [years, 1], from the `weather`, [years, 3]."""
        return nn.Dense(1)(nn.BatchNorm(use_running_average=True)(weather))


def main():
    model, weather = Harvest(), jnp.ones((2, 3))
    checkpoint = model.init(jax.random.key(0), weather)
    variables = {"params": checkpoint["params"]}
    harvest = model.apply(variables, weather)  # JAX204: 15-46 error(ScopeCollectionNotFound)
    print("harvest:", harvest.shape)


if __name__ == "__main__":
    main()
