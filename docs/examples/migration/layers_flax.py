"""Equal layers in Flax: nn.scan over the block, parameters and masks of its own for each."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Block(nn.Module):
    training: bool

    @nn.compact
    def __call__(self, x, _):
        x = nn.relu(nn.Dense(x.shape[-1])(x))
        return nn.Dropout(0.5, deterministic=not self.training)(x), None


class Tower(nn.Module):
    """x, [batch, 6], through three blocks."""

    @nn.compact
    def __call__(self, x, training: bool):
        blocks = nn.scan(
            Block,
            variable_axes={"params": 0},
            split_rngs={"params": True, "dropout": True},
            length=3,
        )
        return blocks(training)(x, None)[0]


model = Tower()


def main():
    x = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), x, training=False)["params"]
    print(jax.tree.map(jnp.shape, params))
    rngs = {"dropout": jax.random.key(1)}
    print(model.apply({"params": params}, x, training=True, rngs=rngs).shape)


if __name__ == "__main__":
    main()
