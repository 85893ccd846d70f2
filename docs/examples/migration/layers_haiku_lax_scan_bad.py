"""Haiku: the blocks of the stack are looped over with jax.lax.scan."""

import haiku as hk
import jax
import jax.numpy as jnp


def tower(x):
    def block(h, _):
        return jax.nn.relu(hk.Linear(h.shape[-1])(h)), None

    return jax.lax.scan(block, x, None, length=3)[0]  # JAX101: 12-50 leak


model = hk.without_apply_rng(hk.transform(tower))


def main():
    x = jnp.ones((4, 6))
    params = jax.jit(model.init)(jax.random.key(0), x)
    print(model.apply(params, x).shape)


if __name__ == "__main__":
    main()
