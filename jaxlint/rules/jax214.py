"""JAX214: the function of a lifted transform updates a variable that it captured."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import STATE_READ, STATE_WRITE, Effect, Step, chain_of, span_of
from jaxlint.analysis.linen_values import short_linen
from jaxlint.analysis.observations import LinenLiftedSite
from jaxlint.analysis.values import Const, Mapping, Sequence
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_calls import place_of
from jaxlint.rules.registry import rule

ROLES = {
    "flax.linen.vmap": ("variable_axes",),
    "flax.linen.scan": ("variable_axes", "variable_broadcast", "variable_carry"),
    "flax.linen.while_loop": ("carry_variables",),
}
"""The keywords by which a transform lifts collections; the others lift all of them."""
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
        hazard = _hazard(site, effect)
        if hazard is None:
            continue
        leaks = hazard is Hazard.LEAK
        after = "leaks as a tracer" if leaks else "is dropped without a word"
        yield Finding(
            "JAX214",
            "linen-captured-variable",
            f"{name} lifts {site.callee!r}, which updates {effect.collection!r} of a module that "
            f"it captured ({place_of(effect, site.file)}): the update {after}; {ADVICE}",
            span_of(site.node, site.file),
            hazard,
            chain_of([Step(site.node, site.file, f"{name} is given it"), *effect.steps()]),
            exception="UnexpectedTracerError" if leaks else None,
            replacement=ADVICE,
            facts={"library": "linen", "transform": site.symbol.name, "callee": site.callee},
        )
        return


def _hazard(site: LinenLiftedSite, effect: Effect) -> Hazard | None:
    """What becomes of the update; None where it arrives (flax 0.12.8, each combination was run)."""
    transform = site.symbol.name
    depends = effect.traced or effect.name == "flax.linen.BatchNorm"
    if transform == "flax.linen.vmap" and not _is_lifted(site, effect.collection):
        return Hazard.LEAK if depends else None
    if transform == "flax.linen.scan" and depends and _is_read(site, effect):
        return Hazard.LEAK  # its function is traced twice: the second time it reads a tracer
    if transform in ROLES:
        return Hazard.SILENT if _is_lifted(site, effect.collection) else Hazard.LEAK
    return Hazard.SILENT


def _is_read(site: LinenLiftedSite, effect: Effect) -> bool:
    """Whether the function also reads what it updates; a norm layer does."""
    return effect.name == "flax.linen.BatchNorm" or any(
        e.kind == STATE_READ and e.subject == effect.subject for e in site.effects
    )


def _is_lifted(site: LinenLiftedSite, collection: str) -> bool:
    """Whether the transform may lift the collection: as an axis, by broadcast or in the carry."""
    if site.open_keywords:
        return True
    for role in ROLES[site.symbol.name]:
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
