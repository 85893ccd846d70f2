"""JAX110: a lifted loop or branch that creates parameters where it cannot."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import PARAM, Effect, Step, chain_of, span_of
from jaxlint.analysis.haiku import short
from jaxlint.analysis.observations import LiftedSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule

LOOPS = frozenset({"haiku.scan", "haiku.map", "haiku.fori_loop"})
BRANCHES = frozenset({"haiku.cond", "haiku.switch"})


@rule(
    "JAX110",
    "haiku-new-params-in-lifted-body",
    summary="the body of a lifted loop or branch creates parameters where that is not supported",
    hazards=(Hazard.ERROR,),
    exceptions=("ValueError", "TypeError", "AssertionError"),
    replacement="create the parameters before, or guard with hk.running_init()",
    observes=LiftedSite,
)
def check(site: LiftedSite) -> Iterator[Finding]:
    """hk.while_loop at init; a module built in a loop's body; branches that differ."""
    if site.phase == "apply" or site.context == "outside":
        return
    name = site.symbol.name
    if name == "haiku.while_loop":
        effect = next((e for _, effects in site.branches for e in effects), None)
        yield _finding(
            site,
            effect,
            "hk.while_loop always raises at init",
            "ValueError",
            "run the body once under `if hk.running_init()` and the loop otherwise",
        )
    elif name in LOOPS:
        effects = [e for _, found in site.branches for e in found]
        built = next((e for e in effects if e.kind == PARAM and e.built and not e.exists), None)
        if built is not None:
            yield _finding(
                site,
                built,
                f"the body of {short(name)} builds a module, which cannot create parameters there",
                "TypeError" if name == "haiku.fori_loop" else "AssertionError",
                "build the module outside the body",
            )
    elif name in BRANCHES and all(slot != "?" for slot, _ in site.branches):
        differing = _differing(site)
        if differing is not None:
            yield _finding(
                site,
                differing,
                f"the branches of {short(name)} create different parameters",
                "TypeError",
                "create the parameters of all branches before, under hk.running_init()",
            )


def _differing(site: LiftedSite) -> Effect | None:
    """A parameter that one branch creates and another does not; None if that cannot be told."""
    created = [
        {e.subject: e for e in effects if e.kind == PARAM and not e.exists}
        for _, effects in site.branches
    ]
    if len(created) < 2 or any(None in c for c in created):
        return None
    everywhere = set.intersection(*(set(c) for c in created))
    return next((e for c in created for s, e in c.items() if s not in everywhere), None)


def _finding(
    site: LiftedSite, effect: Effect | None, problem: str, exception: str, advice: str
) -> Finding:
    steps = effect.steps() if effect is not None else []
    return Finding(
        "JAX110",
        "haiku-new-params-in-lifted-body",
        f"{problem}: Haiku raises {exception}; {advice}",
        span_of(site.node, site.file),
        Hazard.ERROR,
        chain_of([Step(site.node, site.file, problem), *steps]),
        exception=exception,
        replacement=advice,
        facts={"transform": site.symbol.name, "callee": site.callee, "library": "haiku"},
    )
