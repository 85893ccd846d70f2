"""Compress measurements and bring them back, with an encoder and a decoder in one class."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Compressor(nn.Module):
    """An auto-encoder whose code has the size of its input."""

    @nn.compact
    def encode(self, x: jax.Array) -> jax.Array:
        """The code, [batch, 4], of `x`, [batch, 4]."""
        return nn.relu(nn.Dense(4, name="encoder")(x))

    @nn.compact
    def decode(self, code: jax.Array) -> jax.Array:
        """What `code`, [batch, 4], was made of."""
        return nn.Dense(4, name="decoder")(code)

    def __call__(self, x: jax.Array) -> jax.Array:
        """`x`, there and back."""
        return self.decode(self.encode(x))


def main():
    variables = Compressor().init(jax.random.key(0), jnp.ones((2, 4)))
    print("layers:", list(variables["params"]))


if __name__ == "__main__":
    main()
