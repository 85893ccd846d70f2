"""A wrapped Haiku module writes its statistics, and 'state' is not mutable."""

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
    x = jnp.ones((2, 3))
    variables = model.init(jax.random.key(0), x, is_training=True)
    out = model.apply(variables, x, True)  # JAX303: 11-42 error(ModifyScopeVariableError)
    print(out.shape)


if __name__ == "__main__":
    main()
