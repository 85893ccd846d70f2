"""A recurrent layer in Flax: nn.scan of the cell's class, its parameters shared by all steps."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Cell(nn.Module):
    size: int

    @nn.nowrap
    def initial(self, batch: int):
        return jnp.zeros((batch, self.size))

    @nn.compact
    def __call__(self, carry, x):
        carry = jnp.tanh(nn.Dense(self.size)(jnp.concatenate([carry, x], -1)))
        return carry, carry


class Encoder(nn.Module):
    """Hidden states, [batch, time, 4], of xs, [batch, time, 3]."""

    @nn.compact
    def __call__(self, xs):
        scanned = nn.scan(
            Cell, variable_broadcast="params", split_rngs={"params": False}, in_axes=1, out_axes=1
        )
        cell = scanned(4)
        _, ys = cell(cell.initial(xs.shape[0]), xs)
        return ys


model = Encoder()


def main():
    xs = jnp.ones((2, 5, 3))
    params = model.init(jax.random.key(0), xs)["params"]
    print(model.apply({"params": params}, xs).shape)


if __name__ == "__main__":
    main()
