"""What the page of JAX106 says is not reported."""

import functools
import sys

import haiku as hk
import jax
import jax.numpy as jnp


def network(x, use_norm):
    x = hk.Linear(3)(x)
    if use_norm:
        x = hk.BatchNorm(True, True, 0.9)(x, is_training=True)
    return x


def chosen_at_run_time(x):
    return network(x, use_norm="--norm" in sys.argv)


plain = hk.transform(functools.partial(network, use_norm=False))
maybe = hk.transform(chosen_at_run_time)
stateful = hk.transform_with_state(functools.partial(network, use_norm=True))


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    plain.apply(plain.init(key, x), None, x)
    maybe.apply(maybe.init(key, x), None, x)
    params, state = stateful.init(key, x)
    out, state = stateful.apply(params, state, None, x)
    print(out, state)


if __name__ == "__main__":
    main()
