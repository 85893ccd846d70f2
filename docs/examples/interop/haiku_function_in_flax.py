"""A transformed Haiku function as a Flax module."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


def classify(x):
    return hk.nets.MLP([8, 3])(x)


model = hkflax.Module(hk.transform(classify))


def main():
    x = jnp.ones((2, 6))
    variables = model.init(jax.random.key(0), x)
    print(model.apply(variables, x).shape, list(variables["params"]))


if __name__ == "__main__":
    main()
