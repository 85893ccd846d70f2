"""Train a classifier of leaves; a batch normalisation keeps running averages."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Classifier(nn.Module):
    """A small network, with batch normalisation."""

    @nn.compact
    def __call__(self, shapes: jax.Array, train: bool) -> jax.Array:
        """Logits, [batch, 3], for `shapes`, [batch, 5]."""
        hidden = nn.Dense(8)(shapes)
        hidden = nn.BatchNorm(use_running_average=not train)(hidden)
        return nn.Dense(3)(nn.relu(hidden))


def main():
    model, x = Classifier(), jnp.linspace(0.0, 1.0, 20).reshape(4, 5)
    variables = model.init(jax.random.key(0), x, train=False)
    logits, updates = model.apply(variables, x, train=True, mutable=["batch_stats"])
    variables = {**variables, **updates}
    print("logits:", logits.shape)


if __name__ == "__main__":
    main()
