"""Several methods in Flax: layers are made in setup, and apply is told the method."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Compressor(nn.Module):
    code: int
    size: int

    def setup(self):
        self.down = nn.Dense(self.code)
        self.up = nn.Dense(self.size)

    def compress(self, x):
        return jnp.tanh(self.down(x))

    def restore(self, code):
        return self.up(code)

    def __call__(self, x):
        return self.restore(self.compress(x))


model = Compressor(2, 6)


def main():
    x = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), x)["params"]
    code = model.apply({"params": params}, x, method="compress")
    print(code.shape, model.apply({"params": params}, code, method=model.restore).shape)


if __name__ == "__main__":
    main()
