"""Several methods in Haiku: hk.multi_transform gives an apply function for each."""

import haiku as hk
import jax
import jax.numpy as jnp


class Compressor(hk.Module):
    def __init__(self, code: int, size: int, name=None):
        super().__init__(name=name)
        self.down = hk.Linear(code, name="down")
        self.up = hk.Linear(size, name="up")

    def compress(self, x):
        return jnp.tanh(self.down(x))

    def restore(self, code):
        return self.up(code)

    def __call__(self, x):
        return self.restore(self.compress(x))


def methods():
    module = Compressor(2, 6)
    return module, (module.compress, module.restore)


model = hk.without_apply_rng(hk.multi_transform(methods))


def main():
    x = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), x)
    compress, restore = model.apply
    code = compress(params, x)
    print(code.shape, restore(params, code).shape)


if __name__ == "__main__":
    main()
