"""Flax: the blocks of the stack are looped over with jax.lax.scan."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Tower(nn.Module):
    @nn.compact
    def __call__(self, x):
        def block(h, _):
            return nn.relu(nn.Dense(h.shape[-1])(h)), None

        return jax.lax.scan(block, x, None, length=3)[0]  # JAX211: 16-54 leak


model = Tower()


def main():
    x = jnp.ones((4, 6))
    variables = jax.jit(model.init)(jax.random.key(0), x)
    print(model.apply(variables, x).shape)


if __name__ == "__main__":
    main()
