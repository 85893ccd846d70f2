"""Stand-ins for what a slice cannot have: missing packages, files, command lines.

A stand-in is whatever it is asked to be, as far as that can be made up: called with an array it
gives the array back (as `rearrange` or a constraint nearly does), called with a function the
function (a decorator), used as a size it is 8. It cannot be looped over: that would never end.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
from collections.abc import Callable, Iterator
from typing import Any

SIZE = 8


class Base:
    """What a class inherits in the place of a class that cannot be imported."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass


class StandIn:
    """In the place of what cannot be had, under the dotted name that it has in the file."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], type):
            is_data = self.__name__.endswith("dataclass")
            return dataclasses.dataclass(args[0]) if is_data else args[0]
        if len(args) == 1 and not kwargs and callable(args[0]):
            return args[0]
        for value in (*args, *kwargs.values()):
            if hasattr(value, "dtype") and not isinstance(value, StandIn):
                return value
        return StandIn(f"{self.__name__}()")

    def __getitem__(self, key: Any) -> Any:
        return StandIn(f"{self.__name__}[...]")

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(f"{self!r} cannot be looped over")

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return (Base,)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __contains__(self, item: Any) -> bool:
        return False

    def __len__(self) -> int:
        return SIZE

    def __bool__(self) -> bool:
        return True

    def __index__(self) -> int:
        return SIZE

    def __float__(self) -> float:
        return 1.0

    def __repr__(self) -> str:
        return f"<stand-in for {self.__name__}>"


def _computed(self: StandIn, other: Any) -> Any:
    """Of a calculation, what is no stand-in: `2 * unknown` is 2."""
    return self if isinstance(other, StandIn) else other


def _compared(self: StandIn, other: Any) -> bool:
    return False


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    setattr(StandIn, f"__{_name}__", _computed)
    setattr(StandIn, f"__r{_name}__", _computed)
for _name in ("lt", "le", "gt", "ge"):
    setattr(StandIn, f"__{_name}__", _compared)


@contextlib.contextmanager
def command_lines() -> Iterator[None]:
    """While the block runs, `argparse` gives defaults, and values made up where there are none."""
    saved = argparse.ArgumentParser.parse_known_args

    def parse(self: Any, args: Any = None, namespace: Any = None) -> Any:
        made = namespace or argparse.Namespace()
        for action in self._actions:
            if action.dest != argparse.SUPPRESS and action.default is not argparse.SUPPRESS:
                setattr(made, action.dest, _argument(action))
        return made, []

    argparse.ArgumentParser.parse_known_args = parse  # type: ignore[method-assign]
    try:
        yield
    finally:
        argparse.ArgumentParser.parse_known_args = saved  # type: ignore[method-assign]


def _argument(action: Any) -> Any:
    """The default of one argument of a command line, or a value of its type."""
    if action.default is not None or not (action.required or not action.option_strings):
        return action.default
    if action.choices:
        return next(iter(action.choices))
    kinds: dict[Callable[..., Any], Any] = {int: SIZE, float: 1.0, bool: True}
    one = kinds.get(action.type, action.dest)
    return [one] if action.nargs in ("*", "+") or type(action.nargs) is int else one


def flags_parsed() -> None:
    """Let the flags of absl have their defaults, as after `app.run`, where absl is imported."""
    flags = sys.modules.get("absl.flags")
    if flags is not None:
        with contextlib.suppress(Exception):
            flags.FLAGS.mark_as_parsed()
