"""What the page of JAX221 says is not reported."""

import dataclasses

import flax.linen as nn
import jax
import jax.numpy as jnp


class Helper(nn.Module):
    @nn.compact
    def __call__(self, x):
        return self.encode(x) * self.scale()

    def encode(self, x):
        return nn.Dense(2)(x)

    def scale(self):
        return self.param("scale", nn.initializers.ones, ())


class MadeInSetup(nn.Module):
    def layer(self):
        return nn.Dense(2)

    def setup(self):
        self.dense = self.layer()

    def __call__(self, x):
        return self.dense(x)


class HandedIn(nn.Module):
    body: nn.Module
    head: nn.Module = dataclasses.field(default_factory=lambda: nn.Dense(2))

    def __call__(self, x):
        return self.head(self.body(x))


class Unattached(nn.Module):
    def __call__(self, x):
        self.sow("intermediates", "x", x)
        return x * nn.Dense(2, parent=None).features


def main():
    x, key = jnp.ones((2, 3)), jax.random.key(0)
    for model in (Helper(), MadeInSetup(), HandedIn(nn.Dense(4)), Unattached()):
        model.apply(model.init(key, x), x)


if __name__ == "__main__":
    main()
