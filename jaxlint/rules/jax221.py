"""JAX221: a submodule or parameter is made in a method that is neither setup nor compact."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import LinenStructure
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_shape import structure_finding
from jaxlint.rules.registry import rule

KINDS = frozenset({"outside-compact"})
ADVICE = "make it in setup, or decorate the method with nn.compact"


@rule(
    "JAX221",
    "linen-submodule-outside-compact",
    summary="a submodule or parameter is made in a method that is neither setup nor compact",
    hazards=(Hazard.ERROR,),
    exceptions=(
        "AssignSubModuleError",
        "ValueError",
    ),
    replacement=ADVICE,
    observes=LinenStructure,
)
def check(seen: LinenStructure) -> Iterator[Finding]:
    """Every such place that is certainly reached."""
    if seen.kind in KINDS:
        what = f"{seen.module} makes {seen.name} in a method that is neither setup nor nn.compact"
        yield structure_finding(seen, "JAX221", "linen-submodule-outside-compact", what, ADVICE)
