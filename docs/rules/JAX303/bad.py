"""Train a Haiku network with batch normalisation as a Flax module."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


def network(x: jax.Array, is_training: bool) -> jax.Array:
    """Logits, [batch, 2], for `x`, [batch, 3]."""
    hidden = hk.BatchNorm(True, True, decay_rate=0.9)(x, is_training)
    return hk.Linear(2)(hidden)


def main():
    model = hkflax.Module(hk.transform_with_state(network))
    x = jnp.ones((4, 3))
    variables = model.init(jax.random.PRNGKey(0), x, True)
    logits = model.apply(variables, x, True)  # JAX303: 14-45 error(ModifyScopeVariableError)
    print("logits:", logits.shape)


if __name__ == "__main__":
    main()
