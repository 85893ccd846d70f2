"""What jaxlint knows of jax and haiku: transforms, library symbols, measured hazards.

The knowledge is in `data/*.json`; this package reads it on first use and imports nothing heavy.
Names are fully dotted; every function takes any spelling that the data knows as an alias.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from jaxlint.catalog.parse import parse_symbol, parse_transform
from jaxlint.catalog.types import (
    CallableSlot,
    Hazards,
    Pass,
    Symbol,
    SymbolEffect,
    Transform,
)

__all__ = [
    "DATA",
    "CallableSlot",
    "Hazards",
    "Pass",
    "Symbol",
    "SymbolEffect",
    "Transform",
    "hazard",
    "members",
    "read",
    "resolve",
    "symbol",
    "symbols",
    "transform",
    "transforms",
]

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
"""The folder of the data files."""


def read(name: str) -> dict[str, Any]:
    """The content of data file `name`, as parsed JSON."""
    with open(os.path.join(DATA, name), encoding="utf-8") as file:
        data: dict[str, Any] = json.load(file)
    return data


@cache
def _transforms() -> dict[str, Any]:
    return {**read("transforms_third_party.json"), **read("transforms.json")}


@cache
def _symbols() -> dict[str, Any]:
    return read("haiku.json")


@cache
def _prefixes() -> dict[str, list[str]]:
    return read("prefixes.json")


@cache
def _aliases() -> dict[str, str]:
    """Every spelling that the data lists -> its canonical name, canonical names included."""
    names: dict[str, str] = {}
    for entries in (_transforms(), _symbols()):
        for name, entry in entries.items():
            for alias in entry.get("aliases", ()):
                names[alias] = name
    for entries in (_transforms(), _symbols()):
        names.update((name, name) for name in entries)
    return names


@lru_cache(maxsize=4096)
def resolve(dotted: str) -> str:
    """The canonical name of `dotted` (`jax.api.vmap` -> `jax.vmap`); a name not known, unchanged.

    A name below a module of prefixes.json (`haiku._src.stateful.scan`) is looked up by its last
    part in the public modules that the file gives for it; the longest such module decides.
    """
    names = _aliases()
    found = names.get(dotted)
    if found is not None:
        return found
    head, _, last = dotted.rpartition(".")
    if head.endswith("._src"):
        return dotted  # a private module, even where a public function has its name
    while head:
        for public in _prefixes().get(head, ()):
            found = names.get(f"{public}.{last}")
            if found is not None:
                return found
        head = head.rpartition(".")[0]
    return dotted


@cache
def transform(name: str) -> Transform | None:
    """The transform of that name (any spelling), or None."""
    canonical = resolve(name)
    data = _transforms().get(canonical)
    return None if data is None else parse_transform(canonical, data)


@cache
def symbol(name: str) -> Symbol | None:
    """The Haiku symbol of that name (any spelling), or None."""
    canonical = resolve(name)
    data = _symbols().get(canonical)
    return None if data is None else parse_symbol(canonical, data)


def members(module: str) -> Iterator[tuple[str, str]]:
    """The names known directly in `module` (what `import *` gives), each with its full name."""
    lead = module + "."
    for full in _aliases():
        if full.startswith(lead) and "." not in full[len(lead) :]:
            yield full[len(lead) :], full


def transforms() -> Iterator[Transform]:
    """Every transform, those of other libraries first, each in the order of its file."""
    for name in _transforms():
        found = transform(name)
        assert found is not None
        yield found


def symbols() -> Iterator[Symbol]:
    """Every Haiku symbol, in the order of the file."""
    for name in _symbols():
        found = symbol(name)
        assert found is not None
        yield found


def hazard(
    transform_name: str,
    effect: str,
    phase: str,
    slot: str | None = None,
    library: str = "haiku",
) -> str | None:
    """What `effect` in a callable of this transform does in `phase` ("init" or "apply").

    One of "leak", "leak-at-call", "leak-under-jit", "silent", "error:Name", "tolerated", "ok"; None
    if not measured. `slot` is the keyword of the callable, for transforms that take several and
    treat them differently (`cond_fun`); by default the first one's.
    """
    found = transform(transform_name)
    if found is None:
        return None
    tables = [found.hazards]
    methods = (each for group in found.methods.values() for each in group)
    for each in (*found.callables, *methods):
        if slot is not None and each.keyword == slot and each.hazards:
            tables.insert(0, each.hazards)
    for table in tables:
        value = table.get(library, {}).get(effect, {}).get(phase)
        if value is not None:
            return value
    if found.like is not None:
        return hazard(found.like, effect, phase, slot, library)
    return None
