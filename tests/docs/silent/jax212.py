"""What the page of JAX212 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


def noisy(key, x):
    return x + jax.random.normal(key, x.shape)


class KeyForEachRow(nn.Module):
    def __call__(self, xs):
        keys = jax.random.split(self.make_rng("noise"), len(xs))
        return jax.vmap(noisy)(keys, xs)


class OneKeyOnPurpose(nn.Module):
    def __call__(self, xs):
        key = self.make_rng("noise")
        return jax.vmap(lambda x: noisy(key, x))(xs)


class WholeBatch(nn.Module):
    @nn.compact
    def __call__(self, xs):
        return nn.Dropout(0.5, deterministic=False, rng_collection="noise")(xs)


class Deterministic(nn.Module):
    @nn.compact
    def __call__(self, xs):
        return jax.vmap(nn.Dropout(0.5, deterministic=True))(xs)


def main():
    xs, key = jnp.ones((2, 3)), jax.random.key(0)
    for model in (KeyForEachRow(), OneKeyOnPurpose(), WholeBatch(), Deterministic()):
        model.apply({}, xs, rngs={"noise": key})
    keys = jax.random.split(key, 2)
    jax.vmap(lambda x, key: WholeBatch().apply({}, x, rngs={"noise": key}))(xs, keys)


if __name__ == "__main__":
    main()
