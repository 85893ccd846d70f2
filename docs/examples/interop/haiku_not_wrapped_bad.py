"""A Haiku layer inside a Flax module, without the wrapper."""

import flax.linen as nn
import haiku as hk
import jax
import jax.numpy as jnp


class Model(nn.Module):
    @nn.compact
    def __call__(self, x):
        h = nn.relu(nn.Dense(4)(x))
        return hk.Linear(2)(h)  # JAX306: 16-28 error(ValueError)


def main():
    print(Model().init(jax.random.key(0), jnp.ones((2, 3))))


if __name__ == "__main__":
    main()
