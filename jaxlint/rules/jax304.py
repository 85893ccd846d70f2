"""JAX304: a method other than __call__ of an hkflax.Module is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import InteropUse
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.interop_uses import interop_finding
from jaxlint.rules.registry import rule

ADVICE = "wrap a function that calls the method"


@rule(
    "JAX304",
    "haiku-in-flax-method",
    summary="a method other than __call__ of an hkflax.Module is asked for",
    hazards=(Hazard.ERROR,),
    exceptions=("AttributeError",),
    replacement=ADVICE,
    observes=InteropUse,
)
def check(seen: InteropUse) -> Iterator[Finding]:
    """Every such use that is certain."""
    if seen.kind == "other-method":
        what = f"hkflax.Module has __call__ alone, and {seen.name!r} is asked for"
        yield interop_finding(seen, "JAX304", "haiku-in-flax-method", what, ADVICE)
