"""Write what was measured into the data files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from jaxlint import catalog
from jaxlint.catalog.layout import dumps
from jaxlint.catalog.measure.plan import PHASES, Cell
from jaxlint.catalog.measure.session import Reply


def update(replies: Iterable[tuple[Cell, Reply]], versions: dict[str, str]) -> None:
    """Put the hazards of `replies` into the data, and beside them the versions that had them.

    An effect that the API refuses, or whose measurement was lost, has no row.
    """
    tables = catalog.read("hazards_haiku.json")
    for cell, reply in replies:
        table = tables.setdefault(cell.transform, {}).setdefault(cell.slot, {})
        row = {phase: reply[phase]["hazard"] for phase in PHASES}
        if set(row.values()) & {None, "lost"}:
            table.pop(cell.effect, None)
        else:
            table[cell.effect] = row
    _write("hazards_haiku.json", tables)
    _write("measured.json", versions)


def _write(name: str, data: dict[str, Any]) -> None:
    with open(os.path.join(catalog.DATA, name), "w", encoding="utf-8", newline="\n") as file:
        file.write(dumps(data))
