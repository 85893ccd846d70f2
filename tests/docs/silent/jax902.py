"""What the page of JAX902 says is not reported."""

import functools

import flax.linen as nn
import jax
import jax.numpy as jnp


class Blend(nn.Module):
    width: int = 2

    @classmethod
    def partial(cls, **fields):
        return functools.partial(cls, **fields)

    @nn.compact
    def __call__(self, x, width=3):
        return nn.Dense(width)(x) * self.param("scale", nn.initializers.ones_init(), (1,))

    def apply(self, variables, *args, **kwargs):
        return super().apply(variables, *args, **kwargs)


def main():
    model, x = Blend.partial(width=4)(), jnp.ones((2, 3))
    model.apply(model.init(jax.random.key(0), x), x)
    if hasattr(nn, "Model"):
        nn.Model(model, {})


if __name__ == "__main__":
    main()
