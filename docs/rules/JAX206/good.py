"""Look at the attention weights that a layer sows."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Attention(nn.Module):
    """Attention with one head, which sows its weights."""

    @nn.compact
    def __call__(self, words: jax.Array) -> jax.Array:
        """Mixed words, [words, 4], of `words`, [words, 4]."""
        weights = nn.softmax(nn.Dense(4)(words) @ words.T)
        self.sow("intermediates", "weights", weights)
        return weights @ words


def main():
    model, x = Attention(), jnp.ones((3, 4))
    params = model.init(jax.random.key(0), x)["params"]
    _, kept = model.apply({"params": params}, x, mutable=["intermediates"])
    print("attention maps:", len(jax.tree.leaves(kept.get("intermediates", {}))))


if __name__ == "__main__":
    main()
