"""What the page of JAX903 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Noise(nn.Module):
    @nn.compact
    def __call__(self, x):
        return x + jax.random.normal(self.make_rng("noise"), x.shape)


def main():
    Noise().apply({}, jnp.ones(3), rngs={"noise": jax.random.key(0)})
    nn.stochastic.Dropout(0.5)
    if hasattr(nn, "stateful"):
        nn.stateful()


if __name__ == "__main__":
    main()
