"""Haiku: a function with state under hk.transform."""

import haiku as hk
import jax.numpy as jnp


@hk.transform  # JAX106: 2-14 error(ValueError)
def drifting(x):
    calls = hk.get_state("calls", [], jnp.int32, init=jnp.ones)
    hk.set_state("calls", calls + 1)
    return x + calls


def main():
    x = jnp.ones((2, 3))
    params = drifting.init(None, x)
    print(drifting.apply(params, None, x))


if __name__ == "__main__":
    main()
