"""JAX305: the parameters of one library are given to the apply of the other."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import InteropUse
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.interop_uses import interop_finding
from jaxlint.rules.registry import rule

ADVICE = "convert between Haiku's flat names and Flax's nested ones"


@rule(
    "JAX305",
    "mixed-parameter-structure",
    summary="the parameters of one library are given to the apply of the other",
    hazards=(Hazard.ERROR,),
    exceptions=("ScopeParamNotFoundError", "ScopeCollectionNotFound", "ValueError"),
    replacement=ADVICE,
    observes=InteropUse,
)
def check(seen: InteropUse) -> Iterator[Finding]:
    """Every such use that is certain."""
    if seen.kind in ("haiku-to-linen", "linen-to-haiku"):
        what = (
            f"Haiku's parameters are given to the Linen module {seen.name}"
            if seen.kind == "haiku-to-linen"
            else f"Linen's variables are given to the Haiku function {seen.name}"
        )
        yield interop_finding(seen, "JAX305", "mixed-parameter-structure", what, ADVICE)
