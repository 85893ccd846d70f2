"""Names that are gone from jax, Haiku, Flax and optax: `data/removed.json`.

The table was made by comparing the public names of released versions (their wheels) with what is
installed where the catalog is measured; a test looks for every name and every successor again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jaxlint import catalog


@dataclass(frozen=True)
class Removed:
    """A name that is gone.

    `gone_in` is the first version without it, `gone_by` one that has it no more where the first is
    not known; both None: it never was there. `last_in`: a version that had it. `use`: the name that
    replaces it; `same`: with the same arguments and result; `hint`: what to do where no name does.
    `module`: it was a module; `remains`: an object of that name is still there, only the module is
    gone. `code`: the rule that reports it.
    """

    name: str
    gone_in: str | None = None
    gone_by: str | None = None
    last_in: str | None = None
    use: str | None = None
    same: bool = False
    hint: str | None = None
    module: bool = False
    remains: bool = False
    code: str = "JAX904"

    @property
    def since(self) -> str:
        """Since when it is gone, as a clause: "gone since jax 0.6.0"."""
        if self.gone_in is not None:
            return f"gone since {self.gone_in}"
        if self.gone_by is not None:
            return f"gone from {self.gone_by} at the latest"
        return f"no name of {self.name.partition('.')[0]}"

    @property
    def advice(self) -> str:
        """What to write instead; empty where there is nothing to say."""
        return self.hint or self.use or ""


@cache
def _table() -> Mapping[str, Any]:
    return catalog.read("removed.json")


@cache
def removed(dotted: str) -> Removed | None:
    """The entry of exactly this name, or None."""
    data = _table().get(dotted)
    if data is None:
        return None
    fields = {key: value for key, value in data.items() if key not in ("never", "object")}
    return Removed(dotted, remains=data.get("object", False), **fields)


def removed_prefix(dotted: str) -> Removed | None:
    """The entry of the name, or of the module or class that it is below."""
    parts = dotted.split(".")
    for length in range(2, len(parts) + 1):
        found = removed(".".join(parts[:length]))
        if found is not None:
            return found
    return None


@cache
def removed_words() -> Mapping[str, frozenset[str]]:
    """The last part of each name -> the parts that stand before it (`tree_map` -> `jax`)."""
    found: dict[str, set[str]] = {}
    for dotted in _table():
        *_, owner, last = dotted.split(".")
        found.setdefault(last, set()).add(owner)
    return {last: frozenset(owners) for last, owners in found.items()}
