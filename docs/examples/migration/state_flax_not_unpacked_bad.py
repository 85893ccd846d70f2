"""Flax: with `mutable`, apply returns a pair, and here it is taken for the logits."""

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
    logits = model.apply(variables, images, training=True, mutable=["batch_stats"])  # JAX202: 14-84 error(AttributeError)
    print(logits.argmax(-1))


if __name__ == "__main__":
    main()
