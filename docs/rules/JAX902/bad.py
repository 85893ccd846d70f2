"""Blend two scents into one."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Blend(nn.Module):
    """One scent of two."""

    @nn.compact
    def __call__(self, scents: jax.Array) -> jax.Array:
        """The blend, [notes], of `scents`, [2, notes]."""
        weights = self.param(
            "weights", (2,), nn.initializers.ones_init()
        )  # JAX902: 19-75 error(TypeError)
        return weights @ scents


def main():
    variables = Blend().init(jax.random.key(0), jnp.ones((2, 7)))
    print("weights:", variables["params"]["weights"].shape)


if __name__ == "__main__":
    main()
