"""Drop some of the words of every sentence, for augmentation."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Augmentation(nn.Module):
    """Word dropout with a mask for each sentence."""

    @nn.compact
    def __call__(self, sentences: jax.Array) -> jax.Array:
        """`sentences`, [batch, words], some words zero."""
        dropout = nn.Dropout(0.5, deterministic=False)
        return jax.vmap(dropout)(sentences)  # JAX212: 16-33 silent


def main():
    model, sentences = Augmentation(), jnp.ones((3, 12))
    rows = model.apply({}, sentences, rngs={"dropout": jax.random.key(0)})
    print(rows.astype(int))
    print("different rows:", len(jnp.unique(rows, axis=0)), "of", len(rows))


if __name__ == "__main__":
    main()
