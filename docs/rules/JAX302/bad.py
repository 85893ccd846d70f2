"""Detect faults in machines with a Flax module inside a Haiku function."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class Torso(nn.Module):
    """A layer with batch normalisation."""

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Features, [batch, 6], of `x`, [batch, 3]."""
        return nn.BatchNorm(use_running_average=not train)(nn.Dense(6)(x))


def detect(x: jax.Array, train: bool) -> jax.Array:
    """A logit, [batch, 1], for `x`, [batch, 3]."""
    torso = hkflax.lift(Torso(), name="torso")
    return hk.Linear(1)(torso(x, train))


model = hk.transform(detect)  # JAX302: 9-29 error(ValueError)


def main():
    x = jnp.ones((4, 3))
    params = model.init(jax.random.PRNGKey(0), x, True)
    logits = model.apply(params, None, x, True)
    print("logits:", logits.shape)


if __name__ == "__main__":
    main()
