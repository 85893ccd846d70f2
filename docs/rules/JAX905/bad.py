"""Weigh letters with a layer whose kernel is doubled by hand."""

import flax
import flax.linen as nn
import jax
import jax.numpy as jnp


def main():
    model, x = nn.Dense(1), jnp.ones((2, 4))
    variables = model.init(jax.random.key(0), x).unfreeze()  # JAX905: 17-60 error(AttributeError)
    variables["params"]["kernel"] *= 2
    print("weights:", model.apply(flax.core.freeze(variables), x).shape)


if __name__ == "__main__":
    main()
