"""JAX206: what a module sows is looked for, and its collection was not mutable."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import LinenUnsown
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule


@rule(
    "JAX206",
    "linen-sow-dropped",
    summary="sow runs, its collection is not mutable, and the caller looks for what it sowed",
    hazards=(Hazard.SILENT,),
    replacement="mutable=[...] with the collection that is sown into",
    observes=LinenUnsown,
)
def check(seen: LinenUnsown) -> Iterator[Finding]:
    """Every look for a sown collection that cannot be there."""
    call = seen.run.node
    names = sorted({seen.collection, *(seen.run.mutable.names if seen.run.mutable else ())})
    what, advice = "this apply does not make mutable", f"pass mutable={names}"
    if seen.run.of_bound:
        what, advice = "the bound module does not keep", f"pass mutable={names} to bind"
    yield Finding(
        "JAX206",
        "linen-sow-dropped",
        f"{seen.run.model.name} sows into {seen.collection!r} "
        f"(line {getattr(seen.sown, 'lineno', 1)}), which {what}: what it sows is dropped, and the "
        f"caller looks for it; {advice}",
        span_of(call, seen.file),
        Hazard.SILENT,
        chain_of(
            [
                Step(call, seen.file, "not mutable here"),
                Step(seen.node, seen.file, f"looks for {seen.collection!r}"),
            ]
        ),
        replacement=advice,
        facts={"library": "linen", "collection": seen.collection},
    )
