"""Flax with Haiku's habit: the parameters are handed to apply as they are."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Digits(nn.Module):
    @nn.compact
    def __call__(self, images):
        return nn.Dense(3)(nn.relu(nn.Dense(8)(images)))


model = Digits()


def main():
    images = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), images)["params"]
    print(model.apply(params, images))  # JAX204: 11-38 error(ScopeCollectionNotFound)


if __name__ == "__main__":
    main()
