"""What jaxlint knows of jax, haiku and flax: transforms, library symbols, measured hazards.

The knowledge is in `data/*.json`; this package reads it on first use and imports nothing heavy.
Names are fully dotted; every function takes any spelling that the data knows as an alias.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from jaxlint.catalog.parse import parse_symbol, parse_transform
from jaxlint.catalog.types import (
    CallableSlot,
    Hazards,
    Pass,
    Symbol,
    SymbolEffect,
    Transform,
)

if TYPE_CHECKING:
    from jaxlint.catalog.linen_types import LinenSymbol

__all__ = [
    "DATA",
    "CallableSlot",
    "Hazards",
    "Pass",
    "Symbol",
    "SymbolEffect",
    "Transform",
    "hazard",
    "hazards",
    "linen",
    "linen_symbols",
    "members",
    "read",
    "read_once",
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
def read_once(name: str) -> dict[str, Any]:
    """The same, kept: for files that several modules ask for. Nobody changes what it gives."""
    return read(name)


@cache
def _transforms() -> dict[str, Any]:
    return {**read("transforms_third_party.json"), **read("transforms.json")}


@cache
def _symbols() -> dict[str, Any]:
    return read("haiku.json")


@cache
def _linen() -> dict[str, Any]:
    return read("linen.json")


@cache
def _prefixes() -> dict[str, list[str]]:
    return read("prefixes.json")


@cache
def _hazards(library: str) -> dict[str, Any]:
    return read(f"hazards_{library}.json")


@cache
def _aliases() -> dict[str, str]:
    """Every spelling that the data lists -> its canonical name, canonical names included."""
    return _spellings(_transforms(), _symbols())


@cache
def _linen_aliases() -> dict[str, str]:
    """The same for linen.json, which is read only where flax is spoken of."""
    return _spellings(_linen())


def _spellings(*files: dict[str, Any]) -> dict[str, str]:
    names: dict[str, str] = {}
    for entries in files:
        for name, entry in entries.items():
            for alias in entry.get("aliases", ()):
                names[alias] = name
    for entries in files:
        names.update((name, name) for name in entries)
    return names


@lru_cache(maxsize=4096)
def resolve(dotted: str) -> str:
    """The canonical name of `dotted` (`jax.api.vmap` -> `jax.vmap`); a name not known, unchanged.

    A name below a module of prefixes.json (`haiku._src.stateful.scan`) is looked up by its last
    part in the public modules that the file gives for it; the longest such module decides.
    """
    if dotted.startswith("flax."):
        return _linen_aliases().get(dotted, dotted)
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
    """The transform of that name (any spelling gives the same object), or None."""
    canonical = resolve(name)
    if canonical != name:
        return transform(canonical)
    data = _transforms().get(name)
    return None if data is None else parse_transform(name, data)


@cache
def symbol(name: str) -> Symbol | None:
    """The Haiku symbol of that name (any spelling gives the same object), or None."""
    canonical = resolve(name)
    if canonical != name:
        return symbol(canonical)
    data = _symbols().get(name)
    return None if data is None else parse_symbol(name, data)


@cache
def linen(name: str) -> LinenSymbol | None:
    """The Linen symbol of that name (any spelling gives the same object), or None."""
    from jaxlint.catalog.linen_parse import parse_linen

    canonical = resolve(name)
    if canonical != name:
        return linen(canonical)
    if not name.startswith("flax."):
        return None
    data = _linen().get(name)
    return None if data is None else parse_linen(name, data)


def members(module: str) -> Iterator[tuple[str, str]]:
    """The names known directly in `module` (what `import *` gives), each with its full name."""
    lead = module + "."
    for full in _linen_aliases() if lead.startswith("flax.") else _aliases():
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


def linen_symbols() -> Iterator[LinenSymbol]:
    """Every Linen symbol, in the order of the file."""
    for name in _linen():
        found = linen(name)
        assert found is not None
        yield found


def hazards(transform_name: str, slot: str | None = None, library: str = "haiku") -> Hazards:
    """What each effect does in one callable of this transform; empty if that was not measured.

    `slot` is the keyword of the callable (`cond_fun`), by default the first one. A transform that
    is `like` another has the other's hazards. `library`: "haiku" or "linen".
    """
    found = transform(transform_name)
    if found is None:
        return {}
    tables = _hazards(library).get(found.name, {})
    like = tables.get("like") if tables else found.like
    if like is not None:
        return hazards(like, slot, library)
    first: Hazards = next(iter(tables.values()), {})
    return first if slot is None else tables.get(slot, first)


def hazard(
    transform_name: str,
    effect: str,
    phase: str,
    slot: str | None = None,
    library: str = "haiku",
) -> str | None:
    """What `effect` in a callable of this transform does in `phase` ("init" or "apply").

    One of "leak", "leak-at-call", "leak-under-jit" (only where the root itself is jitted),
    "silent", "error:Name", "error-under-jit:Name", "tolerated", "ok"; None if not measured.
    `slot` as for `hazards`.
    """
    return hazards(transform_name, slot, library).get(effect, {}).get(phase)
