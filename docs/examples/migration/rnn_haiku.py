"""A recurrent layer in Haiku: hk.scan over a cell."""

import haiku as hk
import jax
import jax.numpy as jnp


class Cell(hk.Module):
    def __init__(self, size: int, name=None):
        super().__init__(name=name)
        self.size = size

    def initial(self, batch: int):
        return jnp.zeros((batch, self.size))

    def __call__(self, carry, x):
        carry = jnp.tanh(hk.Linear(self.size)(jnp.concatenate([carry, x], -1)))
        return carry, carry


def encode(xs):
    """Hidden states, [batch, time, 4], of `xs`, [batch, time, 3]."""
    cell = Cell(4)
    _, ys = hk.scan(cell, cell.initial(xs.shape[0]), jnp.swapaxes(xs, 0, 1))
    return jnp.swapaxes(ys, 0, 1)


model = hk.without_apply_rng(hk.transform(encode))


def main():
    xs = jnp.ones((2, 5, 3))
    params = model.init(jax.random.key(0), xs)
    print(model.apply(params, xs).shape)


if __name__ == "__main__":
    main()
