"""Go on with a network that was trained in Haiku, in Flax."""

import flax.linen as nn
import haiku as hk
import jax
import jax.numpy as jnp


class Network(nn.Module):
    """The same network, in Flax."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """An output, [batch, 2], for `x`, [batch, 3]."""
        return nn.Dense(2)(x)


trained = hk.transform(lambda x: hk.Linear(2)(x))


def main():
    x = jnp.ones((4, 3))
    params = trained.init(jax.random.PRNGKey(0), x)
    layer = {"kernel": params["linear"]["w"], "bias": params["linear"]["b"]}
    out = Network().apply({"params": {"Dense_0": layer}}, x)
    print("output:", out.shape)


if __name__ == "__main__":
    main()
