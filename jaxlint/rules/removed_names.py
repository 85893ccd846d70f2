"""What JAX901 and JAX904 share: a name that is gone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.left import RemovedName
from jaxlint.finding import Finding, Hazard


def found(seen: RemovedName, code: str, name: str) -> Iterator[Finding]:
    """The finding, if the name's entry belongs to the rule."""
    entry = seen.entry
    if entry.code != code:
        return
    advice = f"; use {entry.advice}" if entry.advice else ""
    verb = "read" if seen.statement is None else "imported"
    what = f"{entry.name} is {verb} here, and it is {entry.since}"
    if entry.gone_in is None and entry.gone_by is None:
        what = f"there is no {entry.name}"
    yield Finding(
        code,
        name,
        f"{what}: {seen.error}{advice}",
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of([Step(_line(seen), seen.file, f"{entry.name}: {entry.since}")]),
        exception=seen.error,
        replacement=entry.advice or "nothing took its place",
        facts={"removed": entry.name, "use": entry.use, "library": entry.name.partition(".")[0]},
    )


def _line(seen: RemovedName) -> ast.AST:
    return seen.statement if seen.statement is not None else seen.node
