"""Keep a running average of sensor readings in a batch normalisation."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Sensors(nn.Module):
    """Readings, normalised."""

    @nn.compact
    def __call__(self, readings: jax.Array, train: bool) -> jax.Array:
        """Normalised `readings`, [batch, 1]."""
        return nn.BatchNorm(use_running_average=not train, momentum=0.5)(readings)


def main():
    model, x = Sensors(), jnp.full((4, 1), 8.0)
    variables = model.init(jax.random.key(0), x, train=False)
    for _ in range(5):
        _, _ = model.apply(variables, x, train=True, mutable="batch_stats")  # JAX207: 16-76 silent
    mean = variables["batch_stats"]["BatchNorm_0"]["mean"]
    print("mean after five batches of eights:", mean)


if __name__ == "__main__":
    main()
