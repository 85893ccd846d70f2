"""JAX214: the function of a lifted transform updates a variable that it captured."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import STATE_WRITE, Step, chain_of, span_of
from jaxlint.analysis.linen_values import short_linen
from jaxlint.analysis.observations import LinenLiftedSite
from jaxlint.analysis.values import Const, Mapping, Sequence
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_calls import place_of
from jaxlint.rules.registry import rule

LEAKING = frozenset({"flax.linen.vmap", "flax.linen.scan"})
"""Transforms under which a captured BatchNorm leaks (flax 0.12.8, measured)."""
ADVICE = "reach it through the function's module argument"


@rule(
    "JAX214",
    "linen-captured-variable",
    summary="a lifted transform's function updates a variable that it captured",
    hazards=(Hazard.SILENT, Hazard.LEAK),
    exceptions=("UnexpectedTracerError",),
    replacement=ADVICE,
    observes=LinenLiftedSite,
)
def check(site: LinenLiftedSite) -> Iterator[Finding]:
    """Updates of what was built outside, and not reached through the module argument."""
    if not site.is_function or site.phase == "init":
        return
    for effect in site.effects:
        if effect.kind != STATE_WRITE or effect.lifted or effect.built or effect.sown:
            continue
        if effect.conditional or not effect.is_linen:
            continue
        name = short_linen(site.symbol.name)
        leaks = site.symbol.name in LEAKING and effect.name == "flax.linen.BatchNorm"
        leaks = leaks or (name == "nn.scan" and not _is_lifted(site, effect.collection))
        after = "leaks as a tracer" if leaks else "is dropped without a word"
        yield Finding(
            "JAX214",
            "linen-captured-variable",
            f"{name} lifts {site.callee!r}, which updates {effect.collection!r} of a module that "
            f"it captured ({place_of(effect, site.file)}): the update {after}; {ADVICE}",
            span_of(site.node, site.file),
            Hazard.LEAK if leaks else Hazard.SILENT,
            chain_of([Step(site.node, site.file, f"{name} is given it"), *effect.steps()]),
            exception="UnexpectedTracerError" if leaks else None,
            replacement=ADVICE,
            facts={"library": "linen", "transform": site.symbol.name, "callee": site.callee},
        )
        return


def _is_lifted(site: LinenLiftedSite, collection: str) -> bool:
    """Whether nn.scan may lift the collection: as an axis, by broadcast or in the carry."""
    if site.open_keywords:
        return True
    for role in ("variable_axes", "variable_broadcast", "variable_carry"):
        value = site.keywords.get(role, Const(False))
        if isinstance(value, Const):
            if value.value is True or value.value == collection:
                return True
        elif isinstance(value, Mapping):
            if value.rest is not None or not {collection, True}.isdisjoint(value.items):
                return True
        elif (
            not isinstance(value, Sequence)
            or value.open
            or any(not isinstance(i, Const) or i.value == collection for i in value.items)
        ):
            return True
    return False
