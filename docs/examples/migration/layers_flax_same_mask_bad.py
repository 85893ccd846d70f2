"""Flax: the dropout stream is not split, and every layer of the stack drops the same units."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Block(nn.Module):
    training: bool

    @nn.compact
    def __call__(self, x, _):
        mask = nn.Dropout(0.5, deterministic=not self.training)(jnp.ones_like(x))
        return nn.tanh(nn.Dense(x.shape[-1])(x)) * mask, mask


class Tower(nn.Module):
    @nn.compact
    def __call__(self, x, training: bool):
        blocks = nn.scan(  # JAX215: 18-+5:10 silent
            Block,
            variable_axes={"params": 0},
            split_rngs={"params": True, "dropout": False},
            length=3,
        )
        return blocks(training)(x, None)


def main():
    x, model = jnp.ones((2, 8)), Tower()
    variables = model.init(jax.random.key(0), x, training=False)
    _, masks = model.apply(variables, x, training=True, rngs={"dropout": jax.random.key(1)})
    assert (masks[0] == masks[1]).all() and (masks[1] == masks[2]).all()
    print("kept units of each layer:", (masks != 0).sum((1, 2)))


if __name__ == "__main__":
    main()
