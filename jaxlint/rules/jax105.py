"""JAX105: a Haiku effect outside every hk.transform."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint import catalog
from jaxlint.analysis.effects import chain_of, span_of
from jaxlint.analysis.observations import OutsideEffect
from jaxlint.analysis.values import (
    Function,
    Symbol,
)
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule


@rule(
    "JAX105",
    "haiku-outside-transform",
    summary="a Haiku module or effect is used outside every hk.transform",
    hazards=(Hazard.ERROR,),
    exceptions=("ValueError",),
    replacement="hk.transform the function and call its init and apply",
    observes=OutsideEffect,
)
def check(seen: OutsideEffect) -> Iterator[Finding]:
    """The step to blame is the innermost one in a function that no root reaches."""
    index = len(seen.steps) - 1
    while index > 0 and _belongs_inside(seen.functions[index], seen.rooted):
        index -= 1
    step = seen.steps[index]
    last = seen.effect.step
    if step.file is not seen.file:
        return
    yield Finding(
        "JAX105",
        "haiku-outside-transform",
        f"{step.file.text(step.node)!r} {_what(seen)} outside hk.transform: Haiku raises "
        "ValueError; hk.transform the function and call its init and apply",
        span_of(step.node, step.file),
        Hazard.ERROR,
        chain_of(seen.steps[index:]),
        exception="ValueError",
        replacement="hk.transform",
        facts={"effect": seen.effect.kind, "source": last.file.line(last.node), "library": "haiku"},
    )


def _belongs_inside(function: Function | None, rooted: set[int]) -> bool:
    """Whether the function is meant to run in a root: reached by one, or a module's method."""
    if function is None:
        return False
    if id(function.node) in rooted:
        return True
    owner = function.owner
    return owner is not None and any(
        isinstance(b, Symbol) and catalog.symbol(b.name) is not None for b in owner.mro
    )


def _what(seen: OutsideEffect) -> str:
    words = {
        "construct": "uses a Haiku module",
        "param": "uses Haiku parameters",
        "rng": "draws a Haiku key",
    }
    return words.get(seen.effect.kind, "uses Haiku state")
