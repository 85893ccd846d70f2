"""What the page of JAX213 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Lifted(nn.Module):
    @nn.compact
    def __call__(self, xs):
        layers = nn.vmap(nn.Dense, variable_axes={"params": None}, split_rngs={"params": False})
        return layers(2)(xs)


class WholeBatch(nn.Module):
    @nn.compact
    def __call__(self, xs):
        return nn.Dense(2)(xs)


class Pure(nn.Module):
    @nn.compact
    def __call__(self, xs):
        scale = self.param("scale", nn.initializers.ones, ())
        return jax.vmap(lambda x: scale * x)(xs)


class OutputAfterwards(nn.Module):
    @nn.compact
    def __call__(self, xs):
        return jax.vmap(jnp.tanh)(nn.Dense(2)(xs))


def main():
    xs, key = jnp.ones((4, 3)), jax.random.key(0)
    for model in (Lifted(), WholeBatch(), Pure(), OutputAfterwards()):
        variables = model.init(key, xs)
        jax.vmap(lambda v, x, m=model: m.apply(v, x[None]), in_axes=(None, 0))(variables, xs)
        jax.grad(lambda v, m=model: m.apply(v, xs).sum())(variables)


if __name__ == "__main__":
    main()
