"""Flax: only the parameters reach apply, and the model reads statistics too."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Digits(nn.Module):
    @nn.compact
    def __call__(self, images, training: bool):
        x = nn.BatchNorm(use_running_average=not training)(nn.Dense(8)(images))
        return nn.Dense(3)(nn.relu(x))


model = Digits()


def main():
    images = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), images, training=False)["params"]
    logits = model.apply(  # JAX204: 14-+2:6 error(ScopeCollectionNotFound)
        {"params": params}, images, training=False
    )
    print(logits.shape)


if __name__ == "__main__":
    main()
