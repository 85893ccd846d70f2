"""JAX222: a module is called, or its submodule read, outside init, apply and bind."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import LinenStructure
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_shape import structure_finding
from jaxlint.rules.registry import rule

KINDS = frozenset({"unbound-call", "unbound-read"})
ADVICE = "model.apply(variables, ...), or model.bind(variables)"


@rule(
    "JAX222",
    "linen-unbound-call",
    summary="a module is called, or its submodule read, outside init, apply and bind",
    hazards=(Hazard.ERROR,),
    exceptions=(
        "CallCompactUnboundModuleError",
        "AttributeError",
    ),
    replacement=ADVICE,
    observes=LinenStructure,
)
def check(seen: LinenStructure) -> Iterator[Finding]:
    """Every such place that is certainly reached."""
    if seen.kind in KINDS:
        verb = "called" if seen.kind == "unbound-call" else "read"
        where = f"outside init and apply, where {seen.module} has no variables"
        what = f"{seen.name} is {verb} {where}"
        yield structure_finding(seen, "JAX222", "linen-unbound-call", what, ADVICE)
