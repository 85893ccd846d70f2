"""What the page of JAX224 says is not reported."""

from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp


class NewInSetup(nn.Module):
    size: int = 2

    def setup(self):
        self.dense = nn.Dense(self.size)
        self.double = 2 * self.size

    def __call__(self, x):
        return self.double * self.dense(x)


class EarlyPostInit(nn.Module):
    width: Any = 4

    def __post_init__(self):
        if isinstance(self.width, str):
            self.width = int(self.width)
        super().__post_init__()

    @nn.compact
    def __call__(self, x):
        return nn.Dense(self.width)(x)


class Remembered(nn.Module):
    @nn.compact
    def __call__(self, x):
        hidden = nn.Dense(4)(x)
        self.sow("intermediates", "hidden", hidden)
        return nn.Dense(2)(hidden)


class Trainer:
    def __init__(self, model, x):
        self.model = model
        self.variables = model.init(jax.random.key(0), x)


def unbound(x):
    model = NewInSetup()
    model.size = 3
    return model.init(jax.random.key(0), x)


def main():
    x = jnp.ones((2, 3))
    for model in (NewInSetup(), EarlyPostInit("3"), Remembered(), NewInSetup().clone(size=5)):
        trainer = Trainer(model, x)
        trainer.model.apply(trainer.variables, x)
    unbound(x)


if __name__ == "__main__":
    main()
