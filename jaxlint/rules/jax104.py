"""JAX104: an inner hk.transform whose parameters the outer one never learns of."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import CONSTRUCT, PARAM, Step, chain_of, span_of
from jaxlint.analysis.observations import UnliftedInit
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule


@rule(
    "JAX104",
    "haiku-transform-not-lifted",
    summary="an inner hk.transform's init runs inside a transformed function without hk.lift",
    hazards=(Hazard.SILENT,),
    replacement="hk.lift(init) (hk.lift_with_state with state)",
    observes=UnliftedInit,
)
def check(seen: UnliftedInit) -> Iterator[Finding]:
    """The inner init feeds the inner apply, inside a root."""
    inside = seen.context == "inside" or any(e.kind != CONSTRUCT for e in seen.frame.effects)
    if not inside:
        return
    lift = "hk.lift_with_state" if seen.pair.stateful else "hk.lift"
    effect = next(e for e in seen.effects if e.kind == PARAM)
    yield Finding(
        "JAX104",
        "haiku-transform-not-lifted",
        f"the parameters of {seen.callee!r} are made by an inner init that is not lifted: the "
        f"outer hk.transform does not hold them and apply makes new ones; wrap the init in {lift}",
        span_of(seen.node, seen.file),
        Hazard.SILENT,
        chain_of([Step(seen.node, seen.file, "inner init, not lifted"), *effect.steps()]),
        replacement=lift,
        facts={"callee": seen.callee, "library": "haiku", "stateful": seen.pair.stateful},
    )
