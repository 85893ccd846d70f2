"""What the page of JAX201 says is not reported."""

import sys

import flax.linen as nn
import jax
import jax.numpy as jnp


class Normalised(nn.Module):
    momentum: float = 0.9

    @nn.compact
    def __call__(self, x, train):
        x = nn.BatchNorm(use_running_average=not train, momentum=self.momentum)(x)
        self.sow("intermediates", "normalised", x)
        return nn.Dense(2)(x)


class Guarded(nn.Module):
    @nn.compact
    def __call__(self, x):
        mean = self.variable("averages", "mean", jnp.zeros, x.shape[-1:])
        if self.is_mutable_collection("averages"):
            mean.value = 0.9 * mean.value + 0.1 * x.mean(0)
        return x - mean.value


def running_averages(model, variables, x):
    return model.apply(variables, x, train=False)


def mode_from_outside(model, variables, x):
    return model.apply(variables, x, train="--train" in sys.argv)


def mutable_from_outside(model, variables, x):
    mutable = ["batch_stats"] if "--train" in sys.argv else False
    return model.apply(variables, x, train="--train" in sys.argv, mutable=mutable)


def kept(model, variables, x):
    out, updates = model.apply(variables, x, train=True, mutable=["batch_stats"])
    return out, {**variables, **updates}


def main():
    x, key = jnp.ones((2, 3)), jax.random.key(0)
    model = Normalised()
    variables = model.init(key, x, train=True)
    for function in (running_averages, mode_from_outside, mutable_from_outside, kept):
        function(model, variables, x)
    guarded = Guarded()
    guarded.apply(guarded.init(key, x), x)


if __name__ == "__main__":
    main()
