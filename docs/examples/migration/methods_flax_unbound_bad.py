"""Flax: a method is called on the module itself, which has no parameters."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Compressor(nn.Module):
    def setup(self):
        self.down = nn.Dense(2)
        self.up = nn.Dense(6)

    def compress(self, x):
        return jnp.tanh(self.down(x))

    def __call__(self, x):
        return self.up(self.compress(x))


model = Compressor()


def main():
    x = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), x)
    print(jax.tree.map(jnp.shape, params))
    print(model.compress(x))  # JAX222: 11-28 error(AttributeError)


if __name__ == "__main__":
    main()
