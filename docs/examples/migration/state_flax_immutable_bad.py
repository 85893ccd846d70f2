"""Flax: in training mode the statistics are written, and nothing says that they may be."""

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
    variables = model.init(jax.random.key(0), images, training=False)
    print(model.apply(variables, images, training=False).shape)
    logits = model.apply(  # JAX201: 14-+2:6 error(ModifyScopeVariableError)
        variables, images, training=True
    )
    print(logits.shape)


if __name__ == "__main__":
    main()
