"""Haiku: the cell makes its parameters in the body of jax.lax.scan, where they are tracers."""

import haiku as hk
import jax
import jax.numpy as jnp


def encode(xs):
    linear = hk.Linear(4)

    def step(carry, x):
        carry = jnp.tanh(linear(jnp.concatenate([carry, x], -1)))
        return carry, carry

    start = jnp.zeros((xs.shape[0], 4))
    return jax.lax.scan(step, start, jnp.swapaxes(xs, 0, 1))[1]  # JAX101: 12-61 leak


model = hk.without_apply_rng(hk.transform(encode))


def main():
    xs = jnp.ones((2, 5, 3))
    params = jax.jit(model.init)(jax.random.key(0), xs)
    print(model.apply(params, xs).shape)


if __name__ == "__main__":
    main()
