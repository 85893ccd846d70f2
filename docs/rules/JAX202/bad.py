"""Classify birds by their calls, in training mode."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Birds(nn.Module):
    """Logits of 4 species."""

    @nn.compact
    def __call__(self, calls: jax.Array) -> jax.Array:
        """Logits, [batch, 4], for `calls`, [batch, 6]."""
        return nn.Dense(4)(nn.BatchNorm(use_running_average=False)(calls))


def main():
    model, calls = Birds(), jnp.linspace(0.0, 1.0, 18).reshape(3, 6)
    variables = model.init(jax.random.key(0), calls)
    logits = model.apply(variables, calls, mutable=["batch_stats"])  # JAX202: 14-68 error(AttributeError)
    print("species:", logits.argmax(axis=-1).shape)


if __name__ == "__main__":
    main()
