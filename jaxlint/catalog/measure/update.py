"""Write what was measured into the data files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from jaxlint import catalog
from jaxlint.catalog.layout import dumps
from jaxlint.catalog.measure.plan import PHASES, Cell
from jaxlint.catalog.measure.session import Reply

Table = dict[str, dict[str, str]]


def update(replies: Iterable[tuple[Cell, Reply]], versions: dict[str, str], folder: str) -> None:
    """Put the hazards of `replies` into transforms.json below `folder`, the versions beside them.

    A callable keeps a table of its own only where it differs from the transform's, which is that of
    the first callable that has an example.
    """
    data = catalog.read("transforms.json")
    tables: dict[tuple[str, str], Table] = {}
    for cell, reply in replies:
        key = (cell.transform, cell.slot)
        if key not in tables:
            tables[key] = _before(data[cell.transform], cell.slot)
        _merge(tables[key], cell.effect, reply)
    first: dict[str, Table] = {}
    for (name, slot), table in tables.items():
        if slot == _first(name):
            first[name] = table
            data[name]["hazards"] = {"haiku": table}
    for (name, slot), table in tables.items():
        base = first.get(name, data[name].get("hazards", {}).get("haiku", {}))
        for entry in _slots(data[name]):
            if (entry["keyword"] or "") == slot and slot != _first(name):
                entry.pop("hazards", None)
                if table != base:
                    entry["hazards"] = {"haiku": table}
    _write(os.path.join(folder, "transforms.json"), data)
    _write(os.path.join(folder, "measured.json"), versions)


def _first(name: str) -> str:
    slots: list[str] = [slot for slot in catalog.read("examples.json")[name] if slot != "with"]
    return slots[0]


def _slots(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        *entry["callables"],
        *(slot for some in entry.get("methods", {}).values() for slot in some),
    ]


def _before(entry: dict[str, Any], slot: str) -> Table:
    for each in _slots(entry):
        if (each["keyword"] or "") == slot and "hazards" in each:
            return {effect: dict(row) for effect, row in each["hazards"]["haiku"].items()}
    table = entry.get("hazards", {}).get("haiku", {})
    return {effect: dict(row) for effect, row in table.items()}


def _merge(table: Table, effect: str, reply: Reply) -> None:
    row = {phase: reply[phase]["hazard"] for phase in PHASES if reply[phase]["hazard"] is not None}
    if row:
        table[effect] = row
    else:
        table.pop(effect, None)


def _write(path: str, data: dict[str, Any]) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(dumps(data))
