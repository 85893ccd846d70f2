"""A wrapped Haiku module has no method but __call__."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class Compressor(hk.Module):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.down, self.up = hk.Linear(2), hk.Linear(6)

    def compress(self, x):
        return self.down(x)

    def __call__(self, x):
        return self.up(self.compress(x))


model = hkflax.Module.create(Compressor)


def main():
    x = jnp.ones((2, 6))
    variables = model.init(jax.random.key(0), x)
    print(model.apply(variables, x).shape)
    print(model.apply(variables, x, method="compress"))  # JAX304: 11-55 error(AttributeError)


if __name__ == "__main__":
    main()
