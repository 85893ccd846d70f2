"""Encode pictures with a part of a Haiku module, under Flax."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class AutoEncoder(hk.Module):
    """An encoder and a decoder."""

    def __init__(self, latent: int):
        super().__init__(name="auto_encoder")
        self.encoder = hk.Linear(latent)
        self.decoder = hk.Linear(6)

    def encode(self, x: jax.Array) -> jax.Array:
        """The code, [batch, latent], of `x`, [batch, 6]."""
        return self.encoder(x)

    def __call__(self, x: jax.Array) -> jax.Array:
        """`x`, there and back."""
        return self.decoder(self.encode(x))


def main():
    model, x = hkflax.Module.create(AutoEncoder, 2), jnp.ones((4, 6))
    variables = model.init(jax.random.PRNGKey(0), x)
    code = model.apply(variables, x, method="encode")  # JAX304: 12-54 error(AttributeError)
    print("code:", code.shape)


if __name__ == "__main__":
    main()
