"""Flax with Haiku's habit: layers are made in the call, and `@nn.compact` is missing."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Digits(nn.Module):
    classes: int = 3

    def __call__(self, images):
        return nn.Dense(self.classes)(images)  # JAX221: 16-38 error(AssignSubModuleError)


def main():
    images = jnp.ones((4, 6))
    print(Digits().init(jax.random.key(0), images))


if __name__ == "__main__":
    main()
