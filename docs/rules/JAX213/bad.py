"""Compare images by the mean of what a layer makes of each of their patches."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Patches(nn.Module):
    """An embedding of an image."""

    @nn.compact
    def __call__(self, patches: jax.Array) -> jax.Array:
        """The embedding, [4], of an image of `patches`, [patches, 6]."""
        embed_all = jax.vmap(nn.Dense(4))  # JAX213: 21-42 tolerated
        return embed_all(patches).mean(axis=0)


def main():
    model, patches = Patches(), jnp.linspace(0.0, 1.0, 18).reshape(3, 6)
    variables = model.init(jax.random.key(0), patches)
    print("embedding:", model.apply(variables, patches))


if __name__ == "__main__":
    main()
