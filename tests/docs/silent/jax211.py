"""What the page of JAX211 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class LiftedLoop(nn.Module):
    @nn.compact
    def __call__(self, frames):
        scan = nn.scan(
            lambda cell, hidden, frame: cell(hidden, frame),
            variable_broadcast="params",
            split_rngs={"params": False},
        )
        return scan(nn.GRUCell(4), jnp.zeros(4), frames)[0]


class PureLoop(nn.Module):
    @nn.compact
    def __call__(self, frames):
        kernel = self.param("kernel", nn.initializers.ones, (frames.shape[-1],))

        def step(total, frame):
            return total + frame @ kernel, None

        return jax.lax.scan(step, 0.0, frames)[0]


class FunctionalLoop(nn.Module):
    @nn.compact
    def __call__(self, frames):
        layer = nn.Dense(3, parent=None)
        params = self.param("layer", lambda key: layer.init(key, frames[0])["params"])

        def step(total, frame):
            return total + layer.apply({"params": params}, frame), None

        return jax.lax.scan(step, jnp.zeros(3), frames)[0]


class Unrolled(nn.Module):
    @nn.compact
    def __call__(self, frames):
        cell, hidden = nn.GRUCell(4), jnp.zeros(4)
        for frame in frames:
            hidden, _ = cell(hidden, frame)
        return hidden


def main():
    frames, key = jnp.ones((5, 3)), jax.random.key(0)
    for model in (LiftedLoop(), PureLoop(), FunctionalLoop(), Unrolled()):
        variables = jax.jit(model.init)(key, frames)
        jax.jit(model.apply)(variables, frames)
        jax.vmap(model.apply, in_axes=(None, 0))(variables, frames[None])


if __name__ == "__main__":
    main()
