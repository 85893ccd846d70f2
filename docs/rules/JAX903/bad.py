"""Guess the weather from the sky of yesterday."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Forecast(nn.Module):
    """A guess on the scale of all days."""

    @nn.compact
    def __call__(self, sky: jax.Array) -> jax.Array:
        """The guess, [days, hours], from `sky`, [days, hours]."""
        return nn.BatchNorm(use_running_average=True)(sky)


def main():
    model, sky = Forecast(), jnp.ones((2, 6))
    variables = model.init(jax.random.key(0), sky)
    with nn.stateful(variables["batch_stats"]) as updates:  # JAX903: 10-21 error(AttributeError)
        guess = model.apply(variables, sky)
    print("hours:", guess.shape, sorted(updates))


if __name__ == "__main__":
    main()
