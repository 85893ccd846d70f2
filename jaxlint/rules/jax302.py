"""JAX302: a lifted Linen module with variables beyond its parameters, under hk.transform."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import STATE, Step, chain_of, span_of
from jaxlint.analysis.interop import LIFT
from jaxlint.analysis.observations import RootRun
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule

ADVICE = "use hk.transform_with_state"


@rule(
    "JAX302",
    "lifted-flax-needs-state",
    summary="a lifted Linen module with state runs under hk.transform",
    hazards=(Hazard.ERROR,),
    exceptions=("ValueError",),
    replacement=ADVICE,
    observes=RootRun,
)
def check(run: RootRun) -> Iterator[Finding]:
    """The root keeps no state, and the module certainly has some."""
    pair = run.pair
    if pair.stateful or not run.generic:
        return
    effect = next((e for e in run.effects if e.kind in STATE and not e.conditional), None)
    if effect is None or effect.name != LIFT:
        return
    line = getattr(effect.step.node, "lineno", 1)
    yield Finding(
        "JAX302",
        "lifted-flax-needs-state",
        f"{run.callee!r} lifts a Linen module that has state (line {line}) under a root that keeps "
        f"none: Haiku raises ValueError; {ADVICE}",
        span_of(pair.node, pair.file),
        Hazard.ERROR,
        chain_of([Step(pair.node, pair.file, f"runs {run.callee}"), *effect.steps()]),
        exception="ValueError",
        replacement=ADVICE,
        facts={"library": "interop", "callee": run.callee},
    )
