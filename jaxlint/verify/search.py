"""From an error that a guessed input caused to a better guess: a bounded search."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from jaxlint.verify.guesses import Array, Guess, Struct, Value
from jaxlint.verify.hints import ARRAY_ATTRIBUTES
from jaxlint.verify.model import Seen
from jaxlint.verify.synthesise import SHAPES, SIZE

MAX_TRIES = 40
SHAPE_IN_TEXT = re.compile(r"[\[(]((?:\d+\s*,\s*)*\d+,?)[\])]")

Guesses = dict[str, Guess]


def shapes_in(text: str) -> list[tuple[int, ...]]:
    """Every shape that `text` writes, as `(4, 8)`, `[4,8]` or `f32[4,8]`."""
    return [
        tuple(int(d) for d in found.group(1).replace(" ", "").strip(",").split(","))
        for found in SHAPE_IN_TEXT.finditer(text)
    ]


def improvements(guesses: Guesses, seen: Seen) -> Iterator[Guesses]:
    """Changed copies of `guesses` that may avoid `seen`, the likeliest first."""
    text = seen.text
    for change in (_ranks, _contracting, _broadcast, _integers, _unpacked, _missing, _scalars):
        yield from change(guesses, text)
    yield from _general(guesses)


def _changed(guesses: Guesses, old: Array, new: Guess) -> Guesses:
    def swap(part: Guess) -> Guess:
        if part is old:
            return new
        if isinstance(part, Struct):
            return Struct(part.kind, {k: swap(v) for k, v in part.parts.items()}, part.maker)
        return part

    return {name: swap(part) for name, part in guesses.items()}


def _loose(guesses: Guesses) -> list[Array]:
    """The arrays that the search may change."""
    return [a for part in guesses.values() for a in part.arrays() if not a.sure]


def _of_shape(guesses: Guesses, shapes: list[tuple[int, ...]]) -> list[Array]:
    """Loose arrays whose shape the error names (without its batch, as a mapping sees it, too)."""
    loose = _loose(guesses)
    exact = [a for a in loose if a.shape in shapes]
    return exact or [a for a in loose if a.shape[1:] in shapes] or loose


def _ranks(guesses: Guesses, text: str) -> Iterator[Guesses]:
    """`needs to have rank in [3, 4]`, `expected 4, got 2`, `Too many indices`."""
    wanted: list[int] = []
    found = re.search(r"rank (?:in |of |)[\[(]?(\d(?:, ?\d)*)", text)
    if found:
        wanted = [int(n) for n in found.group(1).replace(" ", "").split(",")][::-1]
    found = re.search(r"not enough values to unpack \(expected (\d+)", text)
    if found:
        wanted = [int(found.group(1))]
    found = re.search(r"too many values to unpack \(expected (\d+)", text)
    if found:
        wanted = [int(found.group(1))]
    found = re.search(r"(?:[Tt]oo many indices|got)[^\n]*?(\d+)(?:D| non-None| indices)", text)
    if found and "indic" in text:
        wanted = [int(found.group(1))]
    found = re.search(r"ndim(?:ension)?s? (?:=|==|of|must be) ?(\d)", text)
    if found:
        wanted = [int(found.group(1))]
    found = re.search(r"axis (-?\d+) is out of bounds for array of dimension (\d)", text)
    if found:
        wanted = [max(int(found.group(1)) + 1, -int(found.group(1)))]
    if "tuple index out of range" in text or ("out of bounds" in text and not wanted):
        wanted = [len(a.shape) + 1 for a in _loose(guesses)[:1]]
    for rank in wanted:
        if rank > 5:
            continue
        for array in _of_shape(guesses, shapes_in(text)):
            if len(array.shape) != rank:
                yield _changed(guesses, array, Array(SHAPES[rank], array.dtype, fill=array.fill))


def _contracting(guesses: Guesses, text: str) -> Iterator[Guesses]:
    """`contracting dimensions to have the same shape, got (8,) and (16,)`."""
    found = re.search(r"contracting dimensions[^\n]*?got \((\d+),?\) and \((\d+),?\)", text)
    if not found:
        found = re.search(r"size (\d+) is different from (\d+)", text)
    if not found:
        found = re.search(r"got (\d+) and (\d+)", text)
    if found:
        yield from _resized(guesses, int(found.group(1)), int(found.group(2)))


def _resized(guesses: Guesses, one: int, two: int) -> Iterator[Guesses]:
    for old, new in ((one, two), (two, one)):
        for array in _loose(guesses):
            if array.shape and array.shape[-1] == old:
                shape = (*array.shape[:-1], new)
                yield _changed(guesses, array, Array(shape, array.dtype, fill=array.fill))
        everywhere = dict(guesses)
        changed = False
        for array in _loose(guesses):
            if old in array.shape:
                shape = tuple(new if d == old else d for d in array.shape)
                everywhere = _changed(everywhere, array, Array(shape, array.dtype, fill=array.fill))
                changed = True
        if changed:
            yield everywhere


def _broadcast(guesses: Guesses, text: str) -> Iterator[Guesses]:
    """`Incompatible shapes for broadcasting: (4, 8) and (4, 16)`, carry types that differ."""
    if not re.search(
        r"[Ii]ncompatible|broadcast|must have|same (?:type|shape)|concat|differ", text
    ):
        return
    shapes = shapes_in(text)
    for one, two in itertools.pairwise(shapes):
        if one == two:
            continue
        for a, b in ((one, two), (two, one)):
            for array in _loose(guesses):
                if array.shape == a and len(b) <= 5:
                    yield _changed(guesses, array, Array(b, array.dtype, fill=array.fill))
        if len(one) == len(two):
            for x, y in zip(one, two, strict=True):
                if x != y:
                    yield from _resized(guesses, x, y)


def _integers(guesses: Guesses, text: str) -> Iterator[Guesses]:
    """Indices and token ids must be integers."""
    if re.search(r"[Ii]nteger|int32|indexer|index", text):
        for array in _loose(guesses):
            if array.dtype == "float32":
                shape = array.shape[:2] if len(array.shape) == 3 else array.shape
                yield _changed(guesses, array, Array(shape, "int32"))
    if re.search(r"float0|floating|real- or complex|inexact", text):
        for array in _loose(guesses):
            if array.dtype != "float32":
                yield _changed(guesses, array, Array(array.shape, "float32"))


def _unpacked(guesses: Guesses, text: str) -> Iterator[Guesses]:
    """`has no attribute 'hidden'`, `string indices`: the value is a structure, not an array."""
    found = re.search(r"has no attribute '(\w+)'", text)
    if found and found.group(1) not in ARRAY_ATTRIBUTES:
        for name, part in guesses.items():
            if isinstance(part, Array) and not part.sure:
                fields: dict[str, Guess] = {found.group(1): Array(part.shape, part.dtype)}
                yield {**guesses, name: Struct("fields", fields)}
            elif isinstance(part, Struct) and part.kind == "fields" and part.maker is None:
                more = {**part.parts, found.group(1): Array(SHAPES[2])}
                yield {**guesses, name: Struct("fields", more)}


def _missing(guesses: Guesses, text: str) -> Iterator[Guesses]:
    """`KeyError: 'image'`."""
    found = re.fullmatch(r"'(\w+)'", text.strip().splitlines()[-1] if text.strip() else "")
    if found:
        for name, part in guesses.items():
            if isinstance(part, Struct) and part.kind == "dict":
                more = {**part.parts, found.group(1): Array(SHAPES[2])}
                yield {**guesses, name: Struct("dict", more)}


def _scalars(guesses: Guesses, text: str) -> Iterator[Guesses]:
    """An array where a size or a callable was wanted."""
    if re.search(
        r"cannot be interpreted as an integer|only integer scalar|Shapes must be 1D", text
    ):
        for name, part in guesses.items():
            if isinstance(part, Array) and not part.sure:
                yield {**guesses, name: Value(SIZE)}
    if "is not callable" in text:
        for name, part in guesses.items():
            if isinstance(part, Array) and not part.sure:
                yield {**guesses, name: Value(lambda *a, **_: a[0] if a else None)}
    if re.search(r"'int' object (?:has no|is not subscr)|no leading axis|should be mapped", text):
        for name, part in guesses.items():
            if isinstance(part, Value) and isinstance(part.value, int):
                yield {**guesses, name: Array(SHAPES[2])}
    if re.search(r"is not iterable|object is not subscriptable", text):
        for name, part in guesses.items():
            if isinstance(part, Value) and isinstance(part.value, int):
                yield {**guesses, name: Value((SIZE, SIZE))}


def _general(guesses: Guesses) -> Iterator[Guesses]:
    """Last: every loose array at the other ranks, all alike and one by one."""
    for rank in (2, 3, 4, 1, 0, 5):
        changed = dict(guesses)
        for array in _loose(guesses):
            changed = _changed(changed, array, Array(SHAPES[rank], array.dtype, fill=array.fill))
        yield changed
    for array in _loose(guesses):
        for rank in (1, 2, 3, 4, 0):
            if rank != len(array.shape):
                yield _changed(guesses, array, Array(SHAPES[rank], array.dtype, fill=array.fill))
