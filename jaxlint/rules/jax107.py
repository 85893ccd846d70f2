"""JAX107: a key is needed and none is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from jaxlint.analysis.effects import RNG, Effect, Step, chain_of, span_of
from jaxlint.analysis.observations import RootRun
from jaxlint.analysis.values import (
    Const,
)
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import describe_effect
from jaxlint.rules.registry import rule


@rule(
    "JAX107",
    "haiku-missing-rng",
    summary="a key is drawn where the root was given None, or after hk.without_apply_rng",
    hazards=(Hazard.ERROR,),
    exceptions=("ValueError",),
    replacement="pass a key",
    observes=RootRun,
)
def check(run: RootRun) -> Iterator[Finding]:
    """The function certainly draws a key in a phase that has none."""
    pair = run.pair
    if run.generic:
        if pair.keyless is None:
            return
        effect = _drawn(run.effects, "apply")
        node: ast.AST = pair.keyless[0]
        file, problem = pair.file, pair.keyless[1]
        advice = "keep the rng argument of apply" if "apply" in problem else "pass a key"
    else:
        none = isinstance(run.rng, Const) and run.rng.value is None
        if not none:
            return
        effect = _drawn(run.effects, run.which)
        node, file = run.node, run.file
        problem, advice = f"{run.which} is given rng=None", "pass a key"
    if effect is None:
        return
    yield Finding(
        "JAX107",
        "haiku-missing-rng",
        f"{run.callee!r} {describe_effect(effect, file)}, and {problem}: Haiku raises ValueError; "
        f"{advice}",
        span_of(node, file),
        Hazard.ERROR,
        chain_of([Step(node, file, problem), *effect.steps()]),
        exception="ValueError",
        replacement=advice,
        facts={"callee": run.callee, "phase": run.which or "apply", "library": "haiku"},
    )


def _drawn(effects: list[Effect], phase: str) -> Effect | None:
    """A key that is certainly drawn in the phase."""
    for effect in effects:
        if effect.kind != RNG or effect.conditional or effect.optional:
            continue
        if effect.phase not in (None, phase) or (effect.at_init and phase == "apply"):
            continue
        return effect
    return None
