"""A Haiku module class as a Flax module, alone and inside another."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class Model(nn.Module):
    @nn.compact
    def __call__(self, x):
        h = nn.relu(nn.Dense(4)(x))
        return hkflax.Module.create(hk.Linear, 2)(h)


linear = hkflax.Module.create(hk.Linear, 1)


def main():
    x = jnp.ones((2, 3))
    for module in (linear, Model()):
        variables = module.init(jax.random.key(0), x)
        print(jax.tree.map(jnp.shape, variables), module.apply(variables, x).shape)


if __name__ == "__main__":
    main()
