"""Flax with Haiku's habit: the module is called, where only apply can call it."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Digits(nn.Module):
    @nn.compact
    def __call__(self, images):
        return nn.Dense(3)(images)


def main():
    images = jnp.ones((4, 6))
    model = Digits()
    params = model.init(jax.random.key(0), images)
    print(jax.tree.map(jnp.shape, params))
    print(model(images))  # JAX222: 11-24 error(CallCompactUnboundModuleError)


if __name__ == "__main__":
    main()
