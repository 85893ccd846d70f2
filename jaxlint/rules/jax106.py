"""JAX106: Haiku state under a root that keeps none."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import STATE, Step, chain_of, span_of
from jaxlint.analysis.interop import LIFT
from jaxlint.analysis.observations import RootRun
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import describe_effect
from jaxlint.rules.registry import rule


@rule(
    "JAX106",
    "haiku-needs-state",
    summary="Haiku state is used under hk.transform or hk.without_state",
    hazards=(Hazard.ERROR,),
    exceptions=("ValueError",),
    replacement="hk.transform_with_state",
    observes=RootRun,
)
def check(run: RootRun) -> Iterator[Finding]:
    """The transformed function certainly uses state, and its root has no place for it."""
    pair = run.pair
    if pair.stateful or not run.generic:
        return
    effect = next((e for e in run.effects if e.kind in STATE and not e.conditional), None)
    if effect is None or effect.name == LIFT:
        return  # a lifted Flax module: JAX302
    what = describe_effect(effect, pair.file)
    root = "hk.without_state" if pair.root == "haiku.without_state" else "hk.transform"
    yield Finding(
        "JAX106",
        "haiku-needs-state",
        f"{run.callee!r} {what} under {root}: Haiku raises ValueError; use hk.transform_with_state",
        span_of(pair.node, pair.file),
        Hazard.ERROR,
        chain_of([Step(pair.node, pair.file, f"{root} runs {run.callee}"), *effect.steps()]),
        exception="ValueError",
        replacement="hk.transform_with_state",
        facts={"callee": run.callee, "effect": effect.kind, "library": "haiku"},
    )
