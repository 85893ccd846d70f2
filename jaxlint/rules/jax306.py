"""JAX306: a Haiku module or effect is used inside a Linen module."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import InteropUse
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.interop_uses import interop_finding
from jaxlint.rules.registry import rule

ADVICE = "wrap it with haiku.experimental.flax.Module"


@rule(
    "JAX306",
    "haiku-not-wrapped",
    summary="a Haiku module or effect is used inside a Linen module",
    hazards=(Hazard.ERROR,),
    exceptions=("ValueError",),
    replacement=ADVICE,
    observes=InteropUse,
)
def check(seen: InteropUse) -> Iterator[Finding]:
    """Every such use that is certain."""
    if seen.kind == "haiku-in-linen":
        what = f"{seen.name} in a Linen module, where Haiku has no root"
        yield interop_finding(seen, "JAX306", "haiku-not-wrapped", what, ADVICE)
