"""JAX204: an apply whose variables lack a collection that the model reads."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import PARAM
from jaxlint.analysis.observations import LinenCall
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_calls import (
    call_finding,
    has_own_params,
    lacks,
    misplaced_params,
    place_of,
)
from jaxlint.rules.registry import rule

_EXCEPTIONS = {
    "bare": "ScopeCollectionNotFound",
    "nested": "ApplyScopeInvalidVariablesStructureError",
}
_SAYS = {
    "bare": "the parameters themselves, without the outer 'params'",
    "nested": "'params' within 'params'",
}


@rule(
    "JAX204",
    "linen-missing-collection",
    summary="the variables given to apply lack a collection that the model reads",
    hazards=(Hazard.ERROR,),
    exceptions=(
        "ScopeCollectionNotFound",
        "ScopeParamNotFoundError",
        "ApplyScopeInvalidVariablesStructureError",
        "ApplyScopeInvalidVariablesTypeError",
    ),
    replacement="variables with every collection that init made",
    observes=LinenCall,
)
def check(seen: LinenCall) -> Iterator[Finding]:
    """Collections that are certainly read, and certainly not given."""
    nesting = misplaced_params(seen)
    if nesting is not None:
        first = next(e for e in seen.effects if e.kind == PARAM and not e.conditional)
        exception = _EXCEPTIONS[nesting]
        if nesting == "bare" and has_own_params(seen):
            exception = "ApplyScopeInvalidVariablesTypeError"
        advice = "pass {'params': params}" if nesting == "bare" else "pass the variables themselves"
        yield call_finding(
            seen,
            "JAX204",
            "linen-missing-collection",
            f"this apply is given {_SAYS[nesting]}: {exception}; {advice}",
            exception,
            advice,
            first,
            collection="params",
        )
        return
    for lack in lacks(seen):
        if lack.kind != "collection":
            continue
        advice = f"pass {lack.name!r} of what init returned as well"
        yield call_finding(
            seen,
            "JAX204",
            "linen-missing-collection",
            f"{seen.callee} reads {lack.name!r} ({place_of(lack.effect, seen.file)}), which the "
            f"variables of this apply lack: ScopeCollectionNotFound; {advice}",
            "ScopeCollectionNotFound",
            advice,
            lack.effect,
            collection=lack.name,
        )
        return
