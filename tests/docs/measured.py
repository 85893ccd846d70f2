"""What the pages' "Measured" sections claim beyond their bad examples, as code to run.

`CASES` has for each page: words of its section, a call, and the exception that it raises, if any.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import haiku as hk
import jax
import jax.numpy as jnp
import measured_interop
import measured_leftovers
import measured_linen

Case = tuple[str, Callable[[], Any], "str | None"]

X = jnp.ones((1, 3))
KEY = jax.random.PRNGKey(0)


def linear(x):
    return hk.Linear(2, w_init=jnp.ones)(x)


def random_linear(x):
    return hk.Linear(2)(x)


def counted(x):
    hk.set_state("calls", hk.get_state("calls", (), init=jnp.zeros) + 1)
    return linear(x)


def normalised(x):
    return hk.BatchNorm(True, True, 0.9)(x, is_training=False)


def noisy(x):
    return x + jax.random.normal(hk.next_rng_key(), x.shape)


def two_modules(x):
    return linear(linear(x))


plain, stateful = hk.transform(linear), hk.transform_with_state(counted)
keyless, keyless_stateful = hk.without_apply_rng(plain), hk.without_apply_rng(stateful)
PARAMS = plain.init(KEY, X)
BOTH = stateful.init(KEY, X)
OUT = stateful.apply(*BOTH, None, X)


def unpack(value):
    first, second = value
    return first, second


def initialise(function):
    return hk.transform(function).init(KEY, X[0])


def built_in_scan(x):
    return hk.scan(lambda c, _: (hk.Linear(3)(c), None), x, None, length=2)


def built_in_map(x):
    return hk.map(lambda row: hk.Linear(3)(row), jnp.stack([x, x]))


def built_in_fori_loop(x):
    return hk.fori_loop(0, 2, lambda _, c: hk.Linear(3)(c), x)


def while_loop(x):
    return hk.while_loop(lambda c: jnp.sum(c) < 9, lambda c: c + 1, x)


def different_branches(x):
    return hk.cond(jnp.sum(x) > 0, hk.Linear(3, name="a"), hk.Linear(3, name="b"), x)


def different_cases(x):
    return hk.switch(1, [hk.Linear(3, name="a"), hk.Linear(3, name="b")], x)


def split_always(x):
    return hk.vmap(random_linear, split_rng=True)(x[None])


def split_at_apply(x):
    return hk.vmap(linear, split_rng=not hk.running_init())(x)


def without_key(function):
    return hk.transform(function).apply(PARAMS, None, X)


def state_by_row(x):
    def row(r):
        hk.set_state("last", r)
        return r

    return hk.vmap(row, split_rng=False)(x)


CASES: dict[str, list[Case]] = {
    "JAX101": [
        (
            "`hk.vmap` over such a write",
            lambda: hk.transform_with_state(state_by_row).init(KEY, X[0]),
            "ValueError",
        ),
    ],
    "JAX105": [
        ("for modules", lambda: hk.Linear(2), "ValueError"),
        ("named above", lambda: hk.get_parameter("w", (), init=jnp.zeros), "ValueError"),
        ("named above", lambda: hk.get_state("s"), "ValueError"),
        ("named above", lambda: hk.next_rng_key(), "ValueError"),
        ("under a raw `jax.vmap` at top level", lambda: jax.vmap(linear)(X), "ValueError"),
        ("`hk.vmap`", lambda: hk.vmap(linear, split_rng=False)(X), "ValueError"),
        ("`hk.running_init`", lambda: hk.running_init(), "ValueError"),
    ],
    "JAX106": [
        ("NonEmptyStateError", lambda: hk.transform(counted).init(KEY, X), "NonEmptyStateError"),
        ("with `is_training=False`", lambda: hk.transform(normalised).init(KEY, X), "ValueError"),
    ],
    "JAX107": [
        ("`apply(params, None, x)`", lambda: without_key(noisy), "MissingRNGError"),
        (
            "`hk.without_apply_rng`",
            lambda: hk.without_apply_rng(hk.transform(noisy)).apply({}, X),
            "MissingRNGError",
        ),
        (
            "`init(None, x)` of a `hk.Linear`",
            lambda: hk.transform(random_linear).init(None, X),
            "MissingRNGError",
        ),
        ("`w_init=jnp.zeros`", lambda: plain.init(None, X), None),
    ],
    "JAX108": [
        ("`out + 1`", lambda: OUT + 1, "TypeError"),
        ("`out - target`", lambda: OUT - X, "TypeError"),
        ("`jnp.sum(out)`", lambda: jnp.sum(OUT), "TypeError"),
        ("`jax.nn.log_softmax(out)`", lambda: jax.nn.log_softmax(OUT), "TypeError"),
        ("`out.shape`", lambda: OUT.shape, "AttributeError"),
        ("`params.items()`", lambda: BOTH.items(), "AttributeError"),
        ('`params["linear"]`', lambda: BOTH["linear"], "TypeError"),
        ("`(params, state)` given", lambda: plain.apply(BOTH, None, X), "TypeError"),
        (
            "`jax.grad` of an apply",
            lambda: jax.grad(lambda params: stateful.apply(params, BOTH[1], None, X))(BOTH[0]),
            "TypeError",
        ),
        ("a plain pair's parameters", lambda: unpack(PARAMS), "ValueError"),
        ("two modules", lambda: unpack(hk.transform(two_modules).init(KEY, X)), None),
        ("a plain pair's output", lambda: unpack(plain.apply(PARAMS, None, X)), "ValueError"),
        ("two rows", lambda: unpack(plain.apply(PARAMS, None, jnp.ones((2, 3)))), None),
    ],
    "JAX109": [
        ("`apply(params, x)` of `hk.transform`", lambda: plain.apply(PARAMS, X), "ValueError"),
        ("`init(x)` of any pair", lambda: plain.init(X), "ValueError"),
        ("`init(x)` of any pair", lambda: keyless_stateful.init(X), "ValueError"),
        ("`apply(params, state, x)`", lambda: stateful.apply(*BOTH, X), "ValueError"),
        (
            "`apply(params, state, rng, x)` of `hk.transform`",
            lambda: plain.apply(PARAMS, {}, KEY, X),
            "ValueError",
        ),
        ("`apply(params, x)` and", lambda: stateful.apply(BOTH[0], X), "TypeError"),
        (
            "`apply(params, rng, x)` of `hk.transform_with_state`",
            lambda: stateful.apply(BOTH[0], KEY, X),
            "TypeError",
        ),
        ("after `hk.without_apply_rng`", lambda: keyless.apply(PARAMS, KEY, X), "TypeError"),
        ("one input too many", lambda: plain.apply(PARAMS, None, X, X), "TypeError"),
        ("or too few", lambda: plain.apply(PARAMS, None), "TypeError"),
    ],
    "JAX110": [
        ("`hk.scan`", lambda: initialise(built_in_scan), "AssertionError"),
        ("`hk.map`", lambda: initialise(built_in_map), "AssertionError"),
        ("`hk.fori_loop`", lambda: initialise(built_in_fori_loop), "TypeError"),
        ("`hk.while_loop`", lambda: initialise(while_loop), "ValueError"),
        ("`hk.cond`", lambda: initialise(different_branches), "TypeError"),
        ("`hk.switch`", lambda: initialise(different_cases), "TypeError"),
    ],
    "JAX111": [
        ("`split_rng=True` during", lambda: initialise(split_always), "ValueError"),
        ("at apply, a key", lambda: without_key(split_at_apply), "MissingRNGError"),
    ],
    **measured_linen.CASES,
    **measured_interop.CASES,
    **measured_leftovers.CASES,
}


def measured() -> dict[str, list[str | None]]:
    """The class of what each case raises, by page, None where it raises nothing."""
    return {code: [_raised(call) for _, call, _ in cases] for code, cases in CASES.items()}


def _raised(call: Callable[[], Any]) -> str | None:
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return None


def expected() -> dict[str, list[tuple[str, str | None]]]:
    """The words of each case, and the class that it is to raise."""
    return {code: [(words, name) for words, _, name in cases] for code, cases in CASES.items()}
