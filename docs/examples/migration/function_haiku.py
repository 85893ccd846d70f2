"""A whole model as a function in Haiku: parameters and state by name."""

import haiku as hk
import jax.numpy as jnp


def drifting(x):
    """`x` scaled, and moved by the number of calls so far."""
    calls = hk.get_state("calls", [], jnp.int32, init=jnp.ones)
    scale = hk.get_parameter("scale", [1], x.dtype, init=jnp.ones)
    hk.set_state("calls", calls + 1)
    return x * scale + calls


model = hk.without_apply_rng(hk.transform_with_state(drifting))


def main():
    x = jnp.ones((2, 3))
    params, state = model.init(None, x)
    for _ in range(2):
        out, state = model.apply(params, state, x)
        print(out[0, 0], state)


if __name__ == "__main__":
    main()
