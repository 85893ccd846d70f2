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

        def step(hidden, frame):
            return cell(hidden, frame)

        hidden, _ = jax.lax.scan(step, jnp.zeros(8), frames)  # JAX211: 21-61 leak
        return hidden


def main():
    model, frames = Encoder(), jnp.ones((5, 3))
    variables = model.init(jax.random.key(0), frames)
    print("init returned", jax.tree.map(jnp.shape, variables["params"]["GRUCell_0"]["in"]))
    print("last hidden state", model.apply(variables, frames).shape)


if __name__ == "__main__":
    main()
