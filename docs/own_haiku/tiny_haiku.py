"""A Haiku to learn from: `transform`, `get_param` and modules, on one global stack of frames.

A frame is what one run of a transformed function knows: its parameters, whether it is making them,
and the names on the way to the module that is being called.
"""

import collections
import dataclasses
from typing import Any, Callable, NamedTuple

import jax


@dataclasses.dataclass
class Frame:
    params: dict[str, jax.Array]
    key: Any = None
    making: bool = False
    path: list[str] = dataclasses.field(default_factory=list)
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)


FRAMES: list[Frame] = []


class Transformed(NamedTuple):
    init: Callable
    apply: Callable


def transform(f: Callable) -> Transformed:
    """The two pure functions of `f`: one makes its parameters, the other is given them."""

    def init(key, *args):
        FRAMES.append(Frame({}, key, making=True))
        try:
            f(*args)
            return FRAMES[-1].params
        finally:
            FRAMES.pop()

    def apply(params, *args):
        FRAMES.append(Frame(params))
        try:
            return f(*args)
        finally:
            FRAMES.pop()

    return Transformed(init, apply)


def get_param(name: str, shape: tuple[int, ...]) -> jax.Array:
    """The parameter of that name, made from the normal distribution by init."""
    frame = FRAMES[-1]
    full = "/".join([*frame.path, name])
    if frame.making:
        frame.key, key = jax.random.split(frame.key)
        frame.params[full] = jax.random.normal(key, shape)
    return frame.params[full]


def set_param(name: str, value: jax.Array) -> jax.Array:
    """Makes a parameter out of `value` while parameters are being made; gives what is there."""
    frame = FRAMES[-1]
    full = "/".join([*frame.path, name])
    if frame.making:
        frame.params[full] = value
    return frame.params[full]


class Module:
    """Modules of one class are told apart by a number."""

    def __init__(self):
        kind = type(self).__name__
        frame = FRAMES[-1]
        self.unique_name = f"{kind}_{frame.counts[kind]}"
        frame.counts[kind] += 1

    def __call__(self, *args):
        FRAMES[-1].path.append(self.unique_name)
        try:
            return self.forward(*args)
        finally:
            FRAMES[-1].path.pop()

    def forward(self, *args):
        raise NotImplementedError


class Linear(Module):
    def __init__(self, width: int):
        super().__init__()
        self.width = width

    def forward(self, x):
        w = get_param("w", (x.shape[-1], self.width))
        return x @ w + get_param("b", (self.width,))
