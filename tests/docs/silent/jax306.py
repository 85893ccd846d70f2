"""What the page of JAX306 says is not reported."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp

PAIR = hk.without_apply_rng(hk.transform(lambda x: hk.Linear(2)(x)))


class Wrapped(nn.Module):
    @nn.compact
    def __call__(self, x):
        return hkflax.Module.create(hk.Linear, 2)(x)


class WithoutEffects(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = hk.dropout(self.make_rng("params"), 0.5, nn.Dense(3)(x))
        return hk.avg_pool(x, (1, 3), 1, "SAME")


class Functional(nn.Module):
    @nn.compact
    def __call__(self, x):
        params = self.param("head", lambda key: PAIR.init(key, x))
        return PAIR.apply(params, x)


class Borrowed(nn.Module):
    @nn.compact
    def __call__(self, x):
        return hk.Linear(2)(x)


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    for model in (Wrapped(), WithoutEffects(), Functional()):
        model.apply(model.init(key, x), x, rngs={"params": key})
    outer = hk.transform(lambda x: hkflax.lift(Borrowed(), name="borrowed")(x))
    outer.apply(outer.init(key, x), None, x)


if __name__ == "__main__":
    main()
