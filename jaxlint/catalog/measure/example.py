"""A transform applied to a body, from the text in examples.json. Child process only."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import io_callback


def after(operation: Any, method: str, *arguments: Any) -> Any:
    """`operation`, after its method (`defjvp`, ...) has been called with `arguments`."""
    getattr(operation, method)(*arguments)
    return operation


def _load(name: str) -> None:
    """Import the module that `name` is in, so that the example can spell it from `jax` down."""
    module = name.rpartition(".")[0]
    while module:
        try:
            importlib.import_module(module)
            return
        except ImportError:
            module = module.rpartition(".")[0]


class Example:
    """One application of `transform` to a callable: `text` is an expression over these names.

    `f` is the body (an array whose last axis is 3 -> the same shape), `g` the same for scalars, `x`
    an array of ones, shape (2, 3); `jax`, `jnp`, `lax`, `np`; `P`, `mesh` (one device, axis "i");
    `after(op, method, *arguments)`; `seen(value)`, which records the value on the host and is True.
    `context` is an expression for a context manager that the whole program needs around it.
    """

    def __init__(self, transform: str, text: str, context: str | None = None) -> None:
        _load(transform)
        self.recorded: list[Any] = []
        self._code = compile(text, f"<{transform}>", "eval")
        self._context = context
        self._names: dict[str, Any] = {
            "jax": jax,
            "jnp": jnp,
            "lax": jax.lax,
            "np": np,
            "P": jax.sharding.PartitionSpec,
            "mesh": jax.sharding.Mesh(np.array(jax.devices()[:1]), ("i",)),
            "after": after,
            "seen": self._seen,
        }

    def _seen(self, value: Any) -> Any:
        def record(array: Any) -> Any:
            self.recorded.append(np.asarray(array))
            return np.bool_(True)

        return io_callback(record, jax.ShapeDtypeStruct((), np.bool_), value)

    def __call__(self, f: Callable[[Any], Any], x: Any) -> Any:
        """The value of the expression, for this body and this array."""

        def g(scalar: Any) -> Any:
            return f(jnp.broadcast_to(scalar, (3,)))[0]

        return eval(self._code, {**self._names, "f": f, "g": g, "x": x})

    def surroundings(self) -> contextlib.AbstractContextManager[Any]:
        """What the whole program runs in."""
        if self._context is None:
            return contextlib.nullcontext()
        manager: contextlib.AbstractContextManager[Any] = eval(self._context, dict(self._names))
        return manager
