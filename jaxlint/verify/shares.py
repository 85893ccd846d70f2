"""Which methods of a Linen module take one parameter for their own, as a run shows it."""

from __future__ import annotations

import contextlib
import inspect
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

from jaxlint.finding import Span

AUTOMATIC = re.compile(r"_\d+$")
"""A layer's name that Linen gave it: its class and a number."""
Method = tuple[str, str, int, int]
"""Name, file, first and last line of a method."""
Store = dict[str, dict[Method, tuple[int, ...]]]
"""Path of a parameter -> the methods that made its layer, each with the shape it asked for."""


@contextlib.contextmanager
def taking() -> Iterator[Store]:
    """Record who asks for parameters while the block runs."""
    nn, module = sys.modules.get("flax.linen"), sys.modules.get("flax.core.scope")
    store: Store = {}
    if nn is None or module is None:
        yield store
        return
    scope: Any = module.Scope
    original = scope.param
    stack: list[tuple[tuple[str, ...], Method]] = []

    def called(function: Any, args: Any, kwargs: Any, context: Any) -> Any:
        path = tuple(getattr(context.module.scope, "path", ()))
        stack.append((path, _method(type(context.module), context.method_name)))
        try:
            return function(*args, **kwargs)
        finally:
            stack.pop()

    def param(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        value = original(self, name, *args, **kwargs)
        # The innermost method of the module in which the layer, if it got its name there, is.
        makers = [method for path, method in stack if path == tuple(self.path[:-1])]
        if makers and AUTOMATIC.search(self.path[-1]):
            takers = store.setdefault("/".join((*self.path, name)), {})
            takers[makers[-1]] = tuple(getattr(value, "shape", ()))
        return value

    scope.param = param
    try:
        with nn.intercept_methods(called):
            yield store
    finally:
        scope.param = original


def _method(cls: type, name: str) -> Method:
    try:
        function = inspect.unwrap(getattr(cls, name))
        lines, first = inspect.getsourcelines(function)
        return name, os.path.abspath(function.__code__.co_filename), first, first + len(lines) - 1
    except (AttributeError, OSError, TypeError):
        return name, "", 0, 0


def sentence(store: Store, flagged: Span) -> str | None:
    """A sentence on a parameter that the flagged method and another one take, or None."""
    path = os.path.abspath(flagged.path)
    for name, takers in store.items():
        mine = [m for m in takers if m[1] == path and m[2] <= flagged.line <= m[3]]
        for method in mine:
            for other, shape in takers.items():
                if other[1] == path and other[0] not in (method[0], "__call__"):
                    size = "x".join(map(str, shape)) or "a number"
                    return (
                        f"{name} ({size}) is one array for {other[0]} and {method[0]}, "
                        "each of which names it as its own"
                    )
    return None
