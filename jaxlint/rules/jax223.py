"""JAX223: two compact methods whose submodules get the same names."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import LinenStructure
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule

ADVICE = "name the submodules, or make them in setup"


@rule(
    "JAX223",
    "linen-multiple-compact",
    summary="two compact methods name their submodules alike and share parameters by accident",
    hazards=(Hazard.SILENT, Hazard.ERROR),
    exceptions=("ScopeParamShapeError",),
    replacement=ADVICE,
    observes=LinenStructure,
)
def check(seen: LinenStructure) -> Iterator[Finding]:
    """Submodules that get the same name from their class in two methods that both run."""
    if seen.kind != "two-compact":
        return
    what = f"the compact methods {seen.name} of {seen.module}"
    after = (
        f"their shapes differ ({seen.exception})"
        if seen.exception
        else "one set of parameters serves both, without a word"
    )
    yield Finding(
        "JAX223",
        "linen-multiple-compact",
        f"{what}: {after}; {ADVICE}",
        span_of(seen.node, seen.file),
        Hazard.ERROR if seen.exception else Hazard.SILENT,
        chain_of([Step(seen.node, seen.file, what)]),
        exception=seen.exception or None,
        replacement=ADVICE,
        facts={"library": "linen", "module": seen.module},
    )
