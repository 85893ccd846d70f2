"""What the page of JAX214 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class ThroughTheModule(nn.Module):
    def setup(self):
        self.norm = nn.BatchNorm(use_running_average=False)

    def __call__(self, x):
        return nn.jit(lambda module, x: module.norm(x))(self, x)


class HandedIn(nn.Module):
    @nn.compact
    def __call__(self, x):
        norm = nn.BatchNorm(use_running_average=False)
        return nn.remat(lambda norm, x: norm(x))(norm, x)


class ReadsOnly(nn.Module):
    @nn.compact
    def __call__(self, x):
        mean = self.variable("averages", "mean", jnp.zeros, ())
        return nn.jit(lambda module, x: x - mean.value)(self, x)


class WritesAfterwards(nn.Module):
    @nn.compact
    def __call__(self, x):
        total = self.variable("averages", "total", jnp.zeros, ())
        y = nn.jit(lambda module, x: 2 * x)(self, x)
        total.value = total.value + y.sum()
        return y


def main():
    x, key = jnp.ones((4, 3)), jax.random.key(0)
    for model in (ThroughTheModule(), HandedIn(), ReadsOnly(), WritesAfterwards()):
        variables = model.init(key, x)
        out, updates = model.apply(variables, x, mutable=["batch_stats", "averages"])
        print(out.shape, jax.tree.map(jnp.shape, updates))


if __name__ == "__main__":
    main()
