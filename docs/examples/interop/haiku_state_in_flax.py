"""A Haiku module with statistics as a Flax module: they are the collection 'state'."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class Normed(hk.Module):
    def __init__(self, size, name=None):
        super().__init__(name=name)
        self.size = size

    def __call__(self, x, is_training):
        return hk.BatchNorm(True, True, 0.9)(hk.Linear(self.size)(x), is_training)


model = hkflax.Module.create(Normed, 4)


def main():
    x = jnp.arange(6.0).reshape(2, 3)
    variables = model.init(jax.random.key(0), x, is_training=True)
    for _ in range(3):
        out, state = model.apply(variables, x, is_training=True, mutable=["state"])
        variables = {**variables, **state}
    print(out.shape, model.apply(variables, x, is_training=False).shape)


if __name__ == "__main__":
    main()
