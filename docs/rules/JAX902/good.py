"""Blend two scents into one."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Blend(nn.Module):
    """One scent of two."""

    @nn.compact
    def __call__(self, scents: jax.Array) -> jax.Array:
        """The blend, [notes], of `scents`, [2, notes]."""
        w = self.param("w", nn.initializers.ones_init(), (2,))
        return w @ scents


def main():
    variables = Blend().init(jax.random.key(0), jnp.ones((2, 7)))
    print("shares:", variables["params"]["w"].shape)


if __name__ == "__main__":
    main()
