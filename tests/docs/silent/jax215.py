"""What the page of JAX215 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Block(nn.Module):
    train: bool = True

    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=not self.train)(nn.Dense(3)(x))


def mapped(**split):
    axes = {"params": None}
    return nn.vmap(Block, variable_axes=axes, split_rngs={"params": False, **split})


class OneMaskOnPurpose(nn.Module):
    @nn.compact
    def __call__(self, x):
        mask = jax.random.bernoulli(self.make_rng("dropout"), 0.5, x.shape[-1:])
        rows = nn.vmap(nn.Dense, variable_axes={"params": None}, split_rngs={"params": False})
        return rows(3)(x * mask)


def main():
    x, key = jnp.ones((4, 3)), jax.random.key(0)
    keys = {"params": key, "dropout": key}
    for model in (mapped(dropout=True)(), mapped()(train=False), OneMaskOnPurpose()):
        model.apply(model.init(keys, x), x, rngs={"dropout": key})


if __name__ == "__main__":
    main()
