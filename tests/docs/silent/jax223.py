"""What the page of JAX223 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class OneCallsTheOther(nn.Module):
    @nn.compact
    def encode(self, x):
        return nn.Dense(4)(x)

    @nn.compact
    def __call__(self, x):
        return nn.Dense(4)(self.encode(x))


class Named(nn.Module):
    @nn.compact
    def encode(self, x):
        return nn.Dense(4, name="encoder")(x)

    @nn.compact
    def decode(self, x):
        return nn.Dense(4, name="decoder")(x)

    def __call__(self, x):
        return self.decode(self.encode(x))


class TiedOnPurpose(nn.Module):
    @nn.compact
    def there(self, x):
        return nn.Dense(4, name="tied")(x)

    @nn.compact
    def back(self, x):
        return nn.Dense(4, name="tied")(x)

    def __call__(self, x):
        return self.back(self.there(x))


class Extended(OneCallsTheOther):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(4)(super().__call__(x))


class OneAtATime(nn.Module):
    @nn.compact
    def small(self, x):
        return nn.Dense(4)(x)

    @nn.compact
    def large(self, x):
        return nn.Dense(8)(x)


def main():
    x, key = jnp.ones((2, 4)), jax.random.key(0)
    for model in (OneCallsTheOther(), Named(), TiedOnPurpose(), Extended()):
        model.apply(model.init(key, x), x)
    OneAtATime().init(key, x, method="large")


if __name__ == "__main__":
    main()
