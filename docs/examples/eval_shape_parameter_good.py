"""Ask for a layer's output shape with jax.eval_shape; the weights are made first and passed in.

What eval_shape sees is pure.
"""

import haiku as hk
import jax
import jax.numpy as jnp


def project(weights: jax.Array, features: jax.Array) -> jax.Array:
    """`features`, [batch, 3], projected to [batch, 2]."""
    return features @ weights


def padded(features: jax.Array) -> jax.Array:
    """The projection with a column of zeros, [batch, 3]."""
    weights = hk.get_parameter("weights", (features.shape[-1], 2), init=jnp.ones)
    shape = jax.eval_shape(project, weights, features).shape
    zeros = jnp.zeros((*shape[:-1], 1))
    return jnp.concatenate([project(weights, features), zeros], axis=-1)


model = hk.without_apply_rng(hk.transform(padded))


def main():
    features = jnp.arange(6.0).reshape(2, 3)
    params = model.init(jax.random.PRNGKey(0), features)
    print("padded:", model.apply(params, features))


if __name__ == "__main__":
    main()
