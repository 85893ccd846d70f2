"""What the flagged expression does while it runs: counted, watched, or replaced by plain Python."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

from jaxlint.verify import contracts, control, linen, renew, rows
from jaxlint.verify.standins import StandIn


def _brings(function: Any) -> bool:
    """Whether the flagged call is one by which a callable gets to a transform elsewhere."""
    if function is functools.partial:
        return True
    module = _module(function)
    return module.startswith("jax.") or (
        isinstance(function, FunctionType) and not module.startswith("flax")
    )


def _module(function: Any) -> str:
    return getattr(function, "__module__", None) or ""


class Site:
    """The object that the instrumented copy calls as `__jaxlint_site__`.

    `mode` is "run" (as written), "control" (the transform replaced by a plain Python equivalent),
    "rows" (the transformed callable tells which row or step it computes) or "check" (the
    transformed callable runs under `check_jax_usage`).
    """

    def __init__(self) -> None:
        self.executed = 0
        self.mode = "run"
        self.values: list[Any] = []
        self.raised: list[BaseException] = []
        self.replaced = 0
        self.transform: Any = None
        self.others = 0
        self.forgives = False
        """Whether what fails at the other findings is stood in for. Not for a leak, which may show
        itself there."""
        self.keeps = True
        """Whether the values of the flagged expression are kept."""
        self.running = 0
        """How many calls of the flagged expression are going on."""
        self.renewed = self.kept = 0
        """How often a transform's callable got a new identity, and how often it could not."""

    def reset(self) -> None:
        """Forget what was seen; the mode stays."""
        self.executed = 0
        self.replaced = 0
        self.others = 0
        self.values = []
        self.raised = []

    def mark(self) -> None:
        """The flagged expression, or statement, is about to run."""
        self.executed += 1

    def callee(self, _: None, function: Any) -> Any:
        """The function of the flagged call, for which it is called with the same arguments.

        Until here the call counts as begun: to read the function may be what fails.
        """
        self.executed -= 1
        return functools.partial(self.call, function)

    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """The flagged call: `function(*args, **kwargs)`, counted."""
        self.executed += 1
        self.running += 1
        try:
            result = self._apply(function, args, kwargs)
        except BaseException as error:
            self.raised.append(error)
            raise
        finally:
            self.running -= 1
        return self._keep(result)

    def value(self, _: None, value: Any) -> Any:
        """The flagged expression when it is no call, such as the decorator `jax.jit`; counted."""
        if callable(value) and control.known(value):
            self.transform = value
            if self.mode != "run":
                return lambda *args, **kwargs: self._apply(value, args, kwargs)
        return self._keep(value)

    def _keep(self, value: Any) -> Any:
        if self.keeps and len(self.values) < 50:
            self.values.append(value)
        return value

    def _apply(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.transform = function
        if function is functools.partial and self.mode != "run" and args:
            inner, rest = args[0], args[1:]
            if control.known(inner):
                return lambda *a, **k: self._apply(inner, (*rest, *a), {**kwargs, **k})
        if self.mode == "run" and _module(function).startswith("haiku"):
            self.renewed += any(map(renew.is_code, args))  # lifted: wrapped anew at each call
        elif self.mode == "run" and (control.known(function) or _brings(function)):
            args = tuple(self._renew(value) for value in args)
            kwargs = {name: self._renew(value) for name, value in kwargs.items()}
        elif self.mode == "control":
            plain = control.plain(function)
            if plain is not None:
                self.replaced += 1
                return plain(*args, **kwargs)
        elif self.mode == "rows":
            watched = rows.watched(function, args, kwargs)
            if watched is not None:
                self.replaced += 1
                return watched
        elif self.mode == "check":
            self.replaced += 1
            check = linen.for_functions(function, self._checked)
            return function(*map(check, args), **{name: check(v) for name, v in kwargs.items()})
        return function(*args, **kwargs)

    def _renew(self, value: Any) -> Any:
        """`value` under a new identity if it is the user's code: JAX remembers traces by it."""
        if isinstance(value, (list, tuple)) and value and all(map(renew.is_code, value)):
            return type(value)(self._renew(v) for v in value)
        if not renew.is_code(value) or control.known(value):
            return value
        new = renew.renewed(value)
        self.renewed += new is not None
        self.kept += new is None
        return value if new is None else new

    def _checked(self, value: Any) -> Any:
        """`value`, a callable, run under the library's checker; what it objects to is kept."""
        if isinstance(value, (list, tuple)) and value and all(callable(v) for v in value):
            return type(value)(self._checked(v) for v in value)
        if not renew.is_code(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                with contracts.checked():
                    return value(*args, **kwargs)
            except Exception as error:
                if type(error).__name__ in contracts.CLASSES:
                    self.raised.append(error)
                raise

        return call

    def other(self, read: Callable[[], Any]) -> Any:
        """Another finding's expression, or the function of its call, made harmless."""
        try:
            value = read()
        except Exception:
            if not self.forgives:
                raise
            self.others += 1
            return StandIn("what fails elsewhere")
        if isinstance(value, StandIn) or not callable(value):
            return value
        return functools.partial(self.call_other, value)

    def call_other(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Another finding's call: plain Python where there is some."""
        plain = control.plain(function)
        self.others += plain is not None
        try:
            return (plain or function)(*args, **kwargs)
        except Exception:
            if plain is not None or not self.forgives:
                raise
            self.others += 1
            return StandIn("what fails elsewhere")
