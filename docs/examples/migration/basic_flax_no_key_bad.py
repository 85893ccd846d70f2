"""Flax, without a key: dropout is on, and the key goes nowhere."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Digits(nn.Module):
    @nn.compact
    def __call__(self, images, training: bool):
        x = nn.relu(nn.Dense(8)(images))
        x = nn.Dropout(0.2, deterministic=not training)(x)
        return nn.Dense(3)(x)


model = Digits()


def main():
    images = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), images, training=False)["params"]
    variables = {"params": params}
    print(model.apply(variables, images, training=True))  # JAX205: 11-56 error(InvalidRngError)


if __name__ == "__main__":
    main()
