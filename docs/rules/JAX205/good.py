"""Train a tagger of words, with dropout."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Tagger(nn.Module):
    """Tags for words; `train` switches the dropout on."""

    @nn.compact
    def __call__(self, words: jax.Array, train: bool) -> jax.Array:
        """Logits, [words, 5], for embedded `words`, [words, 8]."""
        hidden = nn.relu(nn.Dense(16)(words))
        hidden = nn.Dropout(0.2, deterministic=not train)(hidden)
        return nn.Dense(5)(hidden)


def main():
    model, words = Tagger(), jnp.ones((2, 8))
    variables = model.init(jax.random.key(0), words, train=False)
    key = jax.random.key(1)
    logits = model.apply(variables, words, train=True, rngs={"dropout": key})
    print("logits:", logits.shape)


if __name__ == "__main__":
    main()
