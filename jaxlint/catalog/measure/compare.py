"""What was measured against what the data says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from jaxlint import catalog
from jaxlint.catalog.measure.layers import LayerDisagreement
from jaxlint.catalog.measure.plan import PHASES, Cell
from jaxlint.catalog.measure.session import Reply


@dataclass(frozen=True)
class Disagreement:
    """One hazard that is not what the data says (None: the data says nothing)."""

    transform: str
    slot: str
    effect: str
    phase: str
    data: str | None
    measured: str
    evidence: str


@dataclass(frozen=True)
class Result:
    """The outcome of a check. `refused`: the API refuses the example without any effect.

    layers: the layers of Linen, `layers_measured` in number, that do not do what the data says.
    """

    measured: int
    disagreements: tuple[Disagreement, ...]
    refused: tuple[Disagreement, ...]
    versions: dict[str, str]
    recorded_on: dict[str, str]
    layers_measured: int = 0
    layers: tuple[LayerDisagreement, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The whole result as plain values."""
        return asdict(self)


def compare(replies: Iterable[tuple[Cell, Reply]], versions: dict[str, str]) -> Result:
    """Set every reply beside the data; a refused cell that the data leaves out agrees."""
    measured = 0
    wrong: list[Disagreement] = []
    refused: list[Disagreement] = []
    for cell, reply in replies:
        table = catalog.hazards(cell.transform, cell.slot)
        for phase in PHASES:
            measured += 1
            data = table.get(cell.effect, {}).get(phase)
            found, evidence = reply[phase]["hazard"], reply[phase]["evidence"]
            if found == data:
                continue
            entry = Disagreement(
                cell.transform, cell.slot, cell.effect, phase, data, found or "refused", evidence
            )
            (refused if found is None else wrong).append(entry)
    return Result(
        measured, tuple(wrong), tuple(refused), versions, dict(catalog.read("measured.json"))
    )
