"""Flax: two compact methods, both of which name their layer Dense_0: there is one layer for two."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Mixer(nn.Module):
    @nn.compact
    def mix(self, x):
        return jnp.tanh(nn.Dense(6)(x))

    @nn.compact  # JAX223: 6-16 silent
    def unmix(self, x):
        return nn.Dense(6)(x)

    def __call__(self, x):
        return self.unmix(self.mix(x))


def main():
    params = Mixer().init(jax.random.key(0), jnp.ones((4, 6)))["params"]
    assert list(params) == ["Dense_0"]
    print("layers:", list(params))


if __name__ == "__main__":
    main()
