"""Callables with a new identity, so that JAX, which remembers traces by function, traces anew."""

from __future__ import annotations

import contextlib
import functools
from types import FunctionType, MethodType
from typing import Any


def renewed(value: Any) -> Any:
    """A copy of the callable `value` that JAX does not know; None when it cannot be copied.

    The copy runs the same code over the same closure, under the same name and line numbers.
    """
    if type(value) is FunctionType:
        copy = FunctionType(
            value.__code__, value.__globals__, value.__name__, value.__defaults__, value.__closure__
        )
        copy.__kwdefaults__ = value.__kwdefaults__
        copy.__qualname__ = value.__qualname__
        copy.__dict__.update(value.__dict__)
        return copy
    if type(value) is MethodType:
        function = renewed(value.__func__)
        return None if function is None else MethodType(function, value.__self__)
    if type(value) is functools.partial:
        function = renewed(value.func)
        return function and functools.partial(function, *value.args, **value.keywords)
    return None


def is_code(value: Any) -> bool:
    """Whether `value` is called rather than computed with: no class, no array, no mesh.

    A layer can have a `dtype` too, but no shape. A mesh can be called only because it is a context
    that can decorate.
    """
    array = hasattr(value, "dtype") and hasattr(value, "shape")
    context = isinstance(value, contextlib.ContextDecorator)
    return callable(value) and not isinstance(value, type) and not array and not context
