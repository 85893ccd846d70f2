"""The in-house library of docs/in_house/train.py: what its page says of each name, and no more."""

import functools

import haiku as hk
import jax

functional = hk.transform
unroll = jax.lax.scan


def dense(x, size):
    return hk.Linear(size)(x)


def drop(x):
    return hk.dropout(hk.next_rng_key(), 0.5, x)


def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        print("logged:", function.__name__, [x.shape for x in args])
        return function(*args)

    return wrapper
