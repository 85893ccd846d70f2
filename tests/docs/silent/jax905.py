"""What the page of JAX905 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp
from flax.core import FrozenDict, freeze


def weights(variables):
    return variables.unfreeze()


def main():
    variables = nn.Dense(2).init(jax.random.key(0), jnp.ones((1, 3)))
    weights(freeze(variables))
    frozen = freeze(nn.Dense(2).init(jax.random.key(0), jnp.ones((1, 3))))
    rest, params = frozen.pop("params")
    if isinstance(variables, FrozenDict):
        variables = variables.unfreeze()
    variables.copy().pop("params")
    return rest, params


if __name__ == "__main__":
    main()
