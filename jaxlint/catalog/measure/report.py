"""The result of a check, for a person or a machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from jaxlint.catalog.measure.compare import Disagreement, Result


@contextmanager
def progress(total: int, stream: TextIO) -> Iterator[Callable[[], None]]:
    """A callback for each cell done; it moves a bar if `stream` is a terminal and rich is there."""
    if stream.isatty():
        try:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
        except ImportError:
            pass
        else:
            columns = ("measuring", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*columns, console=Console(file=stream), transient=True) as bar:
                task = bar.add_task("measuring", total=total)
                yield lambda: bar.advance(task)
            return
    yield lambda: None


def show(result: Result, form: str, stream: TextIO) -> None:
    """Write `result` as `form` ("table" or "json")."""
    if form == "json":
        json.dump(result.as_json(), stream, indent=2)
        stream.write("\n")
        return
    if result.refused:
        _table("Refused without the effect, so not measured", result.refused, stream)
    if result.disagreements:
        _table("Not what the data says", result.disagreements, stream)
    stream.writelines(f"{each}\n" for each in result.layers)
    stream.write(_summary(result) + "\n")
    if result.layers_measured:
        wrong = len({each.example for each in result.layers})
        stream.write(f"{wrong} of {result.layers_measured} layers differ from the data.\n")


def _summary(result: Result) -> str:
    found = ", ".join(f"{name} {number}" for name, number in result.versions.items())
    text = (
        f"{len(result.disagreements)} of {result.measured} hazards differ from the data ({found})."
    )
    if result.versions != result.recorded_on:
        recorded = ", ".join(f"{name} {number}" for name, number in result.recorded_on.items())
        text += f" The data was measured on {recorded}."
    return text


def _table(title: str, rows: tuple[Disagreement, ...], stream: TextIO) -> None:
    heads = ("transform", "callable", "effect", "phase", "data", "measured", "why")
    cells = [
        (
            row.transform,
            row.slot,
            row.effect,
            row.phase,
            row.data or "-",
            row.measured,
            row.evidence,
        )
        for row in rows
    ]
    try:
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        stream.write(title + "\n")
        stream.writelines("  " + "  ".join(row) + "\n" for row in (heads, *cells))
        return
    table = Table(*heads, title=title)
    for row in cells:
        table.add_row(*row)
    Console(file=stream, width=None if stream.isatty() else 160).print(table)
