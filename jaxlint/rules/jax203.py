"""JAX203: one output is unpacked as if the apply returned updates as well."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import LinenResult
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_results import result_finding
from jaxlint.rules.registry import rule


@rule(
    "JAX203",
    "linen-unpack-without-mutable",
    summary="the output is unpacked as (out, updates), and nothing is mutable",
    hazards=(Hazard.ERROR,),
    exceptions=("ValueError",),
    replacement="out = model.apply(...), or mutable=[...]",
    observes=LinenResult,
)
def check(seen: LinenResult) -> Iterator[Finding]:
    """One array taken for a pair."""
    if seen.unpacked:
        yield result_finding(
            seen,
            "JAX203",
            "linen-unpack-without-mutable",
            "the output alone, since nothing is mutable",
            "ValueError",
            "take the output alone, or pass mutable=[...]",
        )
