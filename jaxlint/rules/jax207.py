"""JAX207: the updated collection comes back and is thrown away."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.linen_values import LinenModule
from jaxlint.analysis.observations import LinenDropped
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule


@rule(
    "JAX207",
    "linen-update-dropped",
    summary="apply returns an updated collection, and nothing keeps it",
    hazards=(Hazard.SILENT,),
    replacement="keep the updates, and give them to the next apply",
    observes=LinenDropped,
)
def check(seen: LinenDropped) -> Iterator[Finding]:
    """Updates that go nowhere, from this call and from every other one of the same model."""
    run = seen.run
    mutable = run.mutable
    lost = sorted(c for c in run.written if mutable is not None and mutable.has(c))
    if not lost or any(
        id(r.node) not in seen.dropped for r in seen.updating if _same(r.model, run.model)
    ):
        return
    others = any(
        r.mode == "apply" and r.node is not run.node and _same(r.model, run.model)
        for r in seen.runs
    )
    if not (seen.repeated or others):
        return  # nothing comes after it
    names = " and ".join(repr(c) for c in lost)
    advice = "keep the second result and give it to the next apply"
    yield Finding(
        "JAX207",
        "linen-update-dropped",
        f"{run.model.name} updates {names} in this apply, and the updates it returns go nowhere: "
        f"the next apply starts from the old ones; {advice}",
        span_of(run.node, seen.file),
        Hazard.SILENT,
        chain_of([Step(run.node, seen.file, f"returns the new {names}, which nothing keeps")]),
        replacement=advice,
        facts={"library": "linen", "collections": lost},
    )


def _same(one: LinenModule, other: LinenModule) -> bool:
    if one.cls is not None or other.cls is not None:
        return one.cls is other.cls
    return one.layer is other.layer
