"""JAX301: a Linen module is called under a Haiku root, and nothing lifts it."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import InteropUse
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.interop_uses import interop_finding
from jaxlint.rules.registry import rule

ADVICE = "lift it with haiku.experimental.flax.lift"


@rule(
    "JAX301",
    "flax-not-lifted",
    summary="a Linen module is called under a Haiku root, and nothing lifts it",
    hazards=(Hazard.ERROR,),
    exceptions=("CallCompactUnboundModuleError", "AttributeError"),
    replacement=ADVICE,
    observes=InteropUse,
)
def check(seen: InteropUse) -> Iterator[Finding]:
    """Every such use that is certain."""
    if seen.kind == "linen-in-haiku":
        what = f"{seen.name} is a Linen module, and Haiku's root gives it no variables"
        yield interop_finding(seen, "JAX301", "flax-not-lifted", what, ADVICE)
