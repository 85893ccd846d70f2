"""Keep the hidden layer of a network, to look at it later."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Network(nn.Module):
    """Two layers."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """An output, [batch, 2], for `x`, [batch, 4]."""
        hidden = nn.relu(nn.Dense(3)(x))
        self.hidden = hidden  # JAX224: 9-20 error(SetAttributeFrozenModuleError)
        return nn.Dense(2)(hidden)


def main():
    model, x = Network(), jnp.ones((2, 4))
    params = model.init(jax.random.key(0), x)["params"]
    out = model.apply({"params": params}, x)
    print("output:", out.shape)


if __name__ == "__main__":
    main()
