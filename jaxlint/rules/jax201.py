"""JAX201: an apply that updates a collection which is not mutable."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.interop import WRAPPER
from jaxlint.analysis.observations import LinenCall
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_calls import call_finding, lacks, place_of
from jaxlint.rules.registry import rule


@rule(
    "JAX201",
    "linen-missing-mutable",
    summary="apply runs code that updates a collection which `mutable` does not name",
    hazards=(Hazard.ERROR,),
    exceptions=("ModifyScopeVariableError",),
    replacement="mutable=[...], and keep the updates that apply then returns",
    observes=LinenCall,
)
def check(seen: LinenCall) -> Iterator[Finding]:
    """Collections that are certainly written, and certainly not mutable."""
    for lack in lacks(seen):
        if lack.kind != "mutable" or lack.effect.name == WRAPPER:
            continue  # a wrapped Haiku function: JAX303
        given = seen.run.mutable
        names = sorted({lack.name, *(given.names if given is not None else ())})
        advice = f"pass mutable={names} and keep the updates that apply then returns"
        if lack.effect.name == "flax.linen.BatchNorm":
            advice += ", or use the running averages"
        yield call_finding(
            seen,
            "JAX201",
            "linen-missing-mutable",
            f"{seen.callee} updates {lack.name!r} here ({place_of(lack.effect, seen.file)}), which "
            f"is not mutable in this apply: ModifyScopeVariableError; {advice}",
            "ModifyScopeVariableError",
            advice,
            lack.effect,
            collection=lack.name,
        )
