"""Encode a recording, one audio frame after another, with a recurrent cell."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Encoder(nn.Module):
    """A GRU over the frames of a recording."""

    @nn.compact
    def __call__(self, frames: jax.Array) -> jax.Array:
        """The last hidden state, [8], of a GRU that reads `frames`, [time, 3]."""
        cell = nn.GRUCell(8)

        def step(cell, hidden, frame):
            return cell(hidden, frame)

        scan = nn.scan(step, variable_broadcast="params", split_rngs={"params": False})
        hidden, _ = scan(cell, jnp.zeros(8), frames)
        return hidden


def main():
    model, frames = Encoder(), jnp.ones((5, 3))
    variables = model.init(jax.random.key(0), frames)
    print("init returned", jax.tree.map(jnp.shape, variables["params"]["GRUCell_0"]["in"]))
    print("last hidden state", model.apply(variables, frames).shape)


if __name__ == "__main__":
    main()
