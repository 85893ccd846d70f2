"""What the page of JAX205 says is not reported."""

import sys

import flax.linen as nn
import jax
import jax.numpy as jnp


class Tagger(nn.Module):
    rate: float = 0.5

    @nn.compact
    def __call__(self, x, train=True):
        x = nn.Dropout(self.rate, deterministic=not train)(nn.Dense(4)(x))
        if self.has_rng("noise"):
            x = x + jax.random.normal(self.make_rng("noise"), x.shape)
        return x


def evaluated(variables, x, key):
    return Tagger().apply(variables, x, train=False)


def rate_of_zero(variables, x, key):
    return Tagger(rate=0.0).apply(variables, x)


def mode_from_outside(variables, x, key):
    train = "--train" in sys.argv
    return Tagger().apply(variables, x, train, rngs={"dropout": key} if train else None)


def stream_of_the_parameters(variables, x, key):
    return Tagger().apply(variables, x, rngs={"params": key})


def streams_from_outside(variables, x, rngs):
    return Tagger().apply(variables, x, rngs=rngs)


def main():
    x, key = jnp.ones((2, 3)), jax.random.key(0)
    variables = Tagger().init(key, x)
    for function in (evaluated, rate_of_zero, mode_from_outside, stream_of_the_parameters):
        function(variables, x, key)
    streams_from_outside(variables, x, {"dropout": key})


if __name__ == "__main__":
    main()
