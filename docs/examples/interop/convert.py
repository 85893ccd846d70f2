"""Parameters and state made by one library, used by the other.

Haiku names modules by a path and has two levels; Flax nests a dict for every module. The wrapper
reads both, so Haiku's go into a collection as they are; the other way needs flatten_flax_to_haiku.
"""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class Block(hk.Module):
    def __init__(self, width, name=None):
        super().__init__(name=name)
        self.width = width

    def __call__(self, x, is_training):
        x = hk.BatchNorm(True, True, 0.9)(hk.Linear(self.width)(x), is_training)
        return jax.nn.relu(x)


pair = hk.transform_with_state(lambda x, is_training: Block(2)(x, is_training))
module = hkflax.Module(pair)


def haiku_to_flax(params, state):
    return {"params": params, "state": state}


def flax_to_haiku(variables):
    return tuple(hkflax.flatten_flax_to_haiku(variables[name]) for name in ("params", "state"))


def main():
    key, x = jax.random.key(0), jnp.arange(6.0).reshape(2, 3)
    params, state = pair.init(key, x, True)
    print(module.apply(haiku_to_flax(params, state), x, False))
    print(pair.apply(params, state, None, x, False)[0])

    variables = module.init(key, x, True)
    params, state = flax_to_haiku(variables)
    print(module.apply(variables, x, False))
    print(pair.apply(params, state, None, x, False)[0])


if __name__ == "__main__":
    main()
