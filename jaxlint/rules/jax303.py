"""JAX303: an apply of a wrapped Haiku function with state, without mutable=['state']."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.interop import WRAPPER
from jaxlint.analysis.observations import LinenCall
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_calls import call_finding, lacks
from jaxlint.rules.registry import rule

ADVICE = "pass mutable=['state'] and keep the updates that apply then returns"


@rule(
    "JAX303",
    "haiku-in-flax-missing-mutable",
    summary="an hkflax.Module over Haiku code with state is applied without mutable=['state']",
    hazards=(Hazard.ERROR,),
    exceptions=("ModifyScopeVariableError",),
    replacement=ADVICE,
    observes=LinenCall,
)
def check(seen: LinenCall) -> Iterator[Finding]:
    """Haiku state that is certainly written, in a collection that is not mutable."""
    for lack in lacks(seen):
        if lack.kind == "mutable" and lack.effect.name == WRAPPER:
            line = getattr(lack.effect.step.node, "lineno", 1)
            yield call_finding(
                seen,
                "JAX303",
                "haiku-in-flax-missing-mutable",
                f"the wrapped Haiku code writes state (line {line}), and Flax keeps it in "
                f"{lack.name!r}, which is not mutable here: ModifyScopeVariableError; {ADVICE}",
                "ModifyScopeVariableError",
                ADVICE,
                lack.effect,
                collection=lack.name,
            )
            return
