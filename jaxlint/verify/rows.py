"""Which key each row of a mapping and each step of a loop drew, as numbers.

Haiku's key sequence hands out keys in `PRNGSequence.__next__`. While a watched transform runs, each
key drawn inside its callable is reported by `jax.debug.callback` together with a value that depends
on the callable's own inputs, so that a mapping reports it once per row and a loop once per step.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

_inside: list[Any] = []
_draws: list[dict[int, list[tuple[int, ...]]]] = []
_serial = [0]


def _marker(args: Any) -> Any:
    """An unsigned zero that depends on every array in `args`."""
    import jax
    import jax.numpy as jnp

    total = jnp.zeros((), jnp.uint32)
    for leaf in jax.tree_util.tree_leaves(args):
        if hasattr(leaf, "dtype") and not jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            flat = jnp.ravel(leaf)
            if flat.size:
                total = total + (flat[0] != flat[0]).astype(jnp.uint32) * jnp.uint32(0)
    return total


def _report(key: Any) -> Any:
    """Arrange that `key`'s numbers are recorded when the program runs; `key` comes back."""
    import jax
    import jax.numpy as jnp

    data = key
    if jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        data = jax.random.key_data(key)
    serial = _serial[0] = _serial[0] + 1
    store = _draws[-1]

    def record(value: Any) -> None:
        store.setdefault(serial, []).append(tuple(int(v) for v in value.ravel()))

    with _quiet():
        jax.debug.callback(record, data + _inside[-1])
    return key


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No marker while the report itself runs."""
    yield


def inside(function: Any) -> Any:
    """`function`, during whose call drawn keys are reported against its own arguments."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if not _draws:
            return function(*args, **kwargs)
        _inside.append(_marker((args, kwargs)))
        try:
            return function(*args, **kwargs)
        finally:
            _inside.pop()

    return call


def watched(transform: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any | None:
    """The result of `transform(*args, **kwargs)` with its callables reporting their draws."""
    if not _draws:
        return None
    new_args = tuple(_wrapped(a) for a in args)
    new_kwargs = {k: _wrapped(v) for k, v in kwargs.items()}
    return transform(*new_args, **new_kwargs)


def _wrapped(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value and all(callable(v) for v in value):
        return type(value)(inside(v) for v in value)
    if callable(value) and not hasattr(value, "dtype") and not isinstance(value, type):
        return inside(value)
    return value


@contextlib.contextmanager
def drawing() -> Iterator[dict[int, list[tuple[int, ...]]]]:
    """Record draws while the block runs: place of the draw -> the key of each row or step."""
    import jax
    from haiku._src import base

    original = base.PRNGSequence.__next__
    store: dict[int, list[tuple[int, ...]]] = {}

    def reporting(self: Any) -> Any:
        key = original(self)
        return _report(key) if _inside else key

    _draws.append(store)
    base.PRNGSequence.__next__ = reporting
    base.PRNGSequence.next = reporting
    try:
        yield store
        jax.effects_barrier()
    finally:
        base.PRNGSequence.__next__ = original
        base.PRNGSequence.next = original
        _draws.pop()


def shared(store: dict[int, list[tuple[int, ...]]]) -> str | None:
    """A sentence naming the key that several rows or steps drew alike, or None.

    Loops may trace or run their body more than once: a place counts when it was reported at least
    twice and always with one key.
    """
    for keys in store.values():
        if len(keys) > 1 and len(set(keys)) == 1:
            return f"{len(keys)} rows or steps all drew the key {list(keys[0])}"
    return None
