"""JAX224: an attribute of a module is set outside setup."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import LinenStructure
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_shape import structure_finding
from jaxlint.rules.registry import rule

KINDS = frozenset({"frozen"})
IN_SETUP = "SetAttributeInModuleSetupError"
ADVICE = "set it in setup, keep it in a variable, or build a module with model.clone(...)"


@rule(
    "JAX224",
    "linen-frozen-attribute",
    summary="an attribute of a module is set outside setup, or a field in it",
    hazards=(Hazard.ERROR,),
    exceptions=("SetAttributeFrozenModuleError", IN_SETUP),
    replacement=ADVICE,
    observes=LinenStructure,
)
def check(seen: LinenStructure) -> Iterator[Finding]:
    """Every such place that is certainly reached."""
    if seen.kind in KINDS:
        what = f"{seen.module}.{seen.name} is set outside setup, where a module is frozen"
        advice = ADVICE
        if seen.exception == IN_SETUP:
            what = f"{seen.module}.{seen.name} is a field, and setup sets it again"
            advice = "give what setup makes another name"
        yield structure_finding(seen, "JAX224", "linen-frozen-attribute", what, advice)
