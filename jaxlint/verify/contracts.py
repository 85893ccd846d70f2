"""The libraries' own rules on raw transforms, as checkers: Haiku's, and the one that Flax had.

Haiku has `hk.experimental.check_jax_usage`. Flax documents the same rule with
`flax.errors.JaxTransformError` ("JAX transforms and Flax models cannot be mixed"), and has not
checked it since 0.10.1; here it is checked again, while the flagged callable runs.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterator
from typing import Any

CLASSES = ("JaxUsageError", "JaxTransformError")
USES = ("param", "put_variable", "get_variable", "make_rng", "push")
_depth = [0]


@contextlib.contextmanager
def checked() -> Iterator[None]:
    """Haiku's and Flax's rules hold for what the block calls: raises one of CLASSES."""
    with _haiku(), _linen():
        yield


@contextlib.contextmanager
def _haiku() -> Iterator[None]:
    try:
        import haiku as hk
    except ImportError:
        yield
        return
    before = hk.experimental.check_jax_usage(True)
    try:
        yield
    finally:
        hk.experimental.check_jax_usage(before)


@contextlib.contextmanager
def _linen() -> Iterator[None]:
    """A Linen scope that was made outside the block may not be used in it."""
    module = sys.modules.get("flax.core.scope")
    if module is None:
        yield
        return
    scope: Any = module.Scope
    names = ("__init__", *(name for name in USES if name in vars(scope)))
    saved = {name: vars(scope)[name] for name in names}
    _depth[0] += 1
    try:
        for name, original in saved.items():
            setattr(scope, name, _noting(original) if name == "__init__" else _asking(original))
        yield
    finally:
        _depth[0] -= 1
        for name, original in saved.items():
            setattr(scope, name, original)


def _noting(original: Any) -> Any:
    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self._jaxlint_depth = _depth[0]

    return init


def _asking(original: Any) -> Any:
    @functools.wraps(original)
    def use(self: Any, *args: Any, **kwargs: Any) -> Any:
        root = self if self.parent is None else self.root
        if getattr(root, "_jaxlint_depth", 0) < _depth[0]:
            from flax.errors import JaxTransformError

            raise JaxTransformError
        return original(self, *args, **kwargs)

    return use
