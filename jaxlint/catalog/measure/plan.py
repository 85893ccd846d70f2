"""Which cells there are to measure, from the data alone: nothing here imports jax."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jaxlint import catalog
from jaxlint.catalog.types import CallableSlot, Hazards, Transform

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
    for transform in catalog.transforms():
        found.update(dict.fromkeys(transform.hazards.get("haiku", {})))
    return list(found)


def slots(transform: Transform) -> Iterator[CallableSlot]:
    """Every callable of `transform`, those of its methods last."""
    yield from transform.callables
    for group in transform.methods.values():
        yield from group


def recorded(transform: Transform, slot: str) -> Hazards:
    """The hazards that the data gives for one callable: its own table, or the transform's."""
    for each in slots(transform):
        if (each.keyword or "") == slot and each.hazards:
            return each.hazards.get("haiku", {})
    return transform.hazards.get("haiku", {})


def cells(only: Sequence[str] = ()) -> list[Cell]:
    """Every cell that has an example; `only` limits them to some transforms (any spelling)."""
    wanted = {catalog.resolve(name) for name in only}
    names = effects()
    found = []
    for name, texts in catalog.read("examples.json").items():
        transform = catalog.transform(name)
        if transform is None or (wanted and name not in wanted):
            continue
        runs = {each.keyword or "": each.body_runs for each in slots(transform)}
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
