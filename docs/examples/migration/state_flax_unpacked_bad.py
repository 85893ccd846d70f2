"""Flax: without `mutable`, apply returns the logits alone, and here they are unpacked."""

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
    logits, _ = model.apply(variables, images, training=False)  # JAX203: 17-63 error(ValueError)
    print(logits.argmax(-1))


if __name__ == "__main__":
    main()
