"""Which cells there are to measure, from the data alone: nothing here imports jax."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from jaxlint import catalog

PHASES = ("init", "apply")

NO_COUNT = frozenset({"inline", "host"})
"""Groups whose callable runs as often as the API likes: the number of runs is no obligation."""


@dataclass(frozen=True)
class Cell:
    """One effect in one callable of a transform, with the example that shows it."""

    transform: str
    slot: str
    effect: str
    text: str
    context: str | None
    runs: int
    counted: bool

    @property
    def request(self) -> dict[str, object]:
        """What the worker is sent."""
        return {
            "transform": self.transform,
            "slot": self.slot,
            "effect": self.effect,
            "text": self.text,
            "context": self.context,
            "runs": self.runs,
            "counted": self.counted,
        }


def effects() -> list[str]:
    """The names of the measured effects, in the order of the data."""
    found: dict[str, None] = {}
    for tables in catalog.read("hazards_haiku.json").values():
        for table in tables.values():
            found.update(dict.fromkeys(table))
    return list(found)


def cells(only: Sequence[str] = (), chosen: Sequence[str] = ()) -> list[Cell]:
    """Every cell that has an example, of transforms `only` (any spelling) and effects `chosen`."""
    wanted = {catalog.resolve(name) for name in only}
    names = [name for name in effects() if not chosen or name in chosen]
    found = []
    for name, texts in catalog.read("examples.json").items():
        transform = catalog.transform(name)
        if transform is None or (wanted and name not in wanted):
            continue
        runs = {each.keyword or "": each.body_runs for each in transform.slots}
        for slot, text in texts.items():
            if slot == "with":
                continue
            found += [
                Cell(
                    transform=name,
                    slot=slot,
                    effect=effect,
                    text=text,
                    context=texts.get("with"),
                    runs=runs.get(slot, transform.body_runs),
                    counted=transform.group not in NO_COUNT,
                )
                for effect in names
            ]
    return found


def sample(found: list[Cell], count: int, seed: int) -> list[Cell]:
    """`count` of the cells, the same for the same seed, in their own order."""
    chosen = set(random.Random(seed).sample(range(len(found)), min(count, len(found))))
    return [cell for place, cell in enumerate(found) if place in chosen]
