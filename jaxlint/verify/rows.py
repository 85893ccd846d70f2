"""Which key each row of a mapping and each step of a loop drew, as numbers.

Haiku's keys come from `PRNGSequence.__next__`, Linen's from `Scope.make_rng`. While a watched
transform runs, each key drawn inside its callable is reported by `jax.debug.callback` together with
a value that depends on the callable's own inputs, so that a mapping reports it once per row and a
loop once per step.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterator
from typing import Any

from jaxlint.verify import linen
from jaxlint.verify.renew import is_code

_inside: list[Any] = []
_draws: list[dict[int, list[tuple[int, ...]]]] = []
_serial = [0]
_axes: list[Any] = []
"""The names of the mappings watched: a row may be one without an argument that says so."""
MAPPINGS = ("vmap", "pmap")


def _marker(args: Any) -> Any:
    """An unsigned zero that depends on every array in `args`, and on the row of each mapping."""
    import jax
    import jax.numpy as jnp

    total = jnp.zeros((), jnp.uint32)
    for axis in _axes:
        with contextlib.suppress(NameError):  # not in this mapping
            total = total + jax.lax.axis_index(axis).astype(jnp.uint32) * jnp.uint32(0)
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
    wrapped = linen.for_functions(transform, _wrapped)
    new_args = tuple(map(wrapped, args))
    new_kwargs = {k: wrapped(v) for k, v in kwargs.items()}
    taken = args[0] if transform is functools.partial and args else transform
    if _is_mapping(taken) and len(args) <= 1 + (taken is not transform):
        new_kwargs["axis_name"] = new_kwargs.get("axis_name") or f"row{len(_axes)}"
        _axes.append(new_kwargs["axis_name"])
    return transform(*new_args, **new_kwargs)


def _is_mapping(transform: Any) -> bool:
    module = sys.modules.get("flax.linen")
    libraries = (sys.modules["jax"], *([module] if module else []))
    return any(transform is getattr(library, name, 0) for library in libraries for name in MAPPINGS)


def _wrapped(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and value and all(callable(v) for v in value):
        return type(value)(inside(v) for v in value)
    return inside(value) if is_code(value) else value


@contextlib.contextmanager
def drawing() -> Iterator[dict[int, list[tuple[int, ...]]]]:
    """Record draws while the block runs: place of the draw -> the key of each row or step."""
    import jax

    store: dict[int, list[tuple[int, ...]]] = {}
    _draws.append(store)
    try:
        with _haiku(), _linen():
            yield store
            jax.effects_barrier()
    finally:
        _draws.pop()
        _axes.clear()


def _reporting(original: Any) -> Any:
    @functools.wraps(original)
    def drawn(self: Any, *args: Any, **kwargs: Any) -> Any:
        key = original(self, *args, **kwargs)
        return _report(key) if _inside else key

    return drawn


@contextlib.contextmanager
def _haiku() -> Iterator[None]:
    """Haiku's keys are reported."""
    base = sys.modules.get("haiku._src.base")
    if base is None:
        yield
        return
    sequence: Any = base.PRNGSequence
    original = sequence.__next__
    sequence.__next__ = sequence.next = _reporting(original)
    try:
        yield
    finally:
        sequence.__next__ = sequence.next = original


@contextlib.contextmanager
def _linen() -> Iterator[None]:
    """Linen's keys are reported, against the arguments of the module method that draws them.

    A class that a lifted transform maps is no callable that could be wrapped, but its methods can
    be intercepted.
    """
    nn, module = sys.modules.get("flax.linen"), sys.modules.get("flax.core.scope")
    if nn is None or module is None:
        yield
        return
    scope: Any = module.Scope
    original = scope.make_rng

    def against(function: Any, args: Any, kwargs: Any, context: Any) -> Any:
        return inside(function)(*args, **kwargs)

    scope.make_rng = _reporting(original)
    try:
        with nn.intercept_methods(against):
            yield
    finally:
        scope.make_rng = original


def shared(store: dict[int, list[tuple[int, ...]]]) -> str | None:
    """A sentence naming the key that several rows or steps drew alike, or None.

    Loops may trace or run their body more than once: a place counts when it was reported at least
    twice and always with one key.
    """
    for keys in store.values():
        if len(keys) > 1 and len(set(keys)) == 1:
            return f"{len(keys)} rows or steps all drew the key {list(keys[0])}"
    return None
