"""What the page of JAX222 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class AutoEncoder(nn.Module):
    size: int = 2

    def setup(self):
        self.encoder = nn.Dense(self.size)
        self.decoder = nn.Dense(3)

    def __call__(self, x):
        return self.decoder(self.encoder(x))

    def cost(self, rows):
        return rows * self.size


class Scale(nn.Module):
    factor: float = 2.0

    def __call__(self, x):
        return x * self.factor


class Both(nn.Module):
    inner: nn.Module

    def __call__(self, x):
        return self.inner(x) + self.inner.encoder(x).sum()


def bound(model, variables, x):
    model = model.bind(variables)
    return model(x), model.encoder(x)


def by_method(model, variables, x):
    return model.apply(variables, x, method=lambda module, x: module.encoder(x))


def fields(model, variables, x):
    return model.size, model.cost(3), getattr(model, "encoder", None), Scale()(x)


def main():
    x, key = jnp.ones((2, 3)), jax.random.key(0)
    model = AutoEncoder()
    variables = model.init(key, x)
    bound(model, variables, x)
    by_method(model, variables, x)
    fields(model, variables, x)
    both = Both(model)
    both.apply(both.init(key, x), x)
    nn.LSTMCell(4).initialize_carry(key, (2, 3))


if __name__ == "__main__":
    main()
