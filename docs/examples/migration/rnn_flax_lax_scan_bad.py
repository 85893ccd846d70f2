"""Flax: the layer makes its parameters in the body of jax.lax.scan, where they are tracers."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Encoder(nn.Module):
    @nn.compact
    def __call__(self, xs):
        dense = nn.Dense(4)

        def step(carry, x):
            carry = jnp.tanh(dense(jnp.concatenate([carry, x], -1)))
            return carry, carry

        start = jnp.zeros((xs.shape[0], 4))
        return jax.lax.scan(step, start, jnp.swapaxes(xs, 0, 1))[1]  # JAX211: 16-65 leak


model = Encoder()


def main():
    xs = jnp.ones((2, 5, 3))
    params = jax.jit(model.init)(jax.random.key(0), xs)
    print(model.apply(params, xs).shape)


if __name__ == "__main__":
    main()
