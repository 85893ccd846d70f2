"""What an init or apply of a Linen module certainly lacks: shared by JAX201, JAX204 and JAX205."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxlint.analysis.effects import (
    PARAM,
    RNG,
    STATE_CREATE,
    STATE_READ,
    STATE_WRITE,
    Effect,
    Step,
    chain_of,
    span_of,
)
from jaxlint.analysis.linen_values import Collection, Variables
from jaxlint.analysis.observations import LinenCall
from jaxlint.analysis.values import Mapping, Value
from jaxlint.finding import Finding, Hazard

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile

PARAMS = "params"


@dataclass(frozen=True)
class Lack:
    """One thing that the call lacks, and the first effect that needs it.

    kind: "mutable", "collection", "stream". name: of the collection or stream.
    """

    kind: str
    name: str
    effect: Effect


def lacks(seen: LinenCall) -> Iterator[Lack]:
    """What certainly fails, in the order in which it is met; each collection or stream once."""
    found: set[str] = set()
    for effect in seen.effects:
        lack = _lack(seen, effect)
        if lack is not None and lack.name not in found:
            found.add(lack.name)
            yield lack


def _lack(seen: LinenCall, effect: Effect) -> Lack | None:
    run = seen.run
    if effect.conditional or effect.phase not in (None, run.mode) or effect.optional:
        return None
    if effect.kind == RNG:
        given = run.streams
        if given is None or effect.stream in given or PARAMS in given:
            return None
        return Lack("stream", effect.stream, effect)
    if run.mode == "init":
        lacking = effect.kind == PARAM and run.streams is not None and PARAMS not in run.streams
        return Lack("stream", PARAMS, effect) if lacking else None
    if run.mutable is None or effect.sown or not effect.collection:
        return None
    if run.mutable.has(effect.collection):
        return None
    missing = run.collections is not None and effect.collection not in run.collections
    if missing and effect.kind in (PARAM, STATE_CREATE, STATE_READ):
        return Lack("collection", effect.collection, effect)
    return Lack("mutable", effect.collection, effect) if effect.kind == STATE_WRITE else None


def misplaced_params(seen: LinenCall) -> str | None:
    """What is wrong with the nesting of the variables: "bare" parameters, or "nested" ones."""
    value: Value | None = seen.variables
    needs = any(e.kind == PARAM and not e.conditional for e in seen.effects)
    if seen.run.mode != "apply" or not needs:
        return None
    if isinstance(value, Collection):
        return "bare" if value.name == PARAMS else None
    if isinstance(value, Mapping) and not isinstance(value, Variables):
        inner = value.items.get(PARAMS)
        if isinstance(inner, Mapping) and PARAMS in inner.items:
            known = isinstance(inner, Variables) and not inner.updates
            alone = len(inner.items) == 1 and inner.rest is None
            return "nested" if known or alone else None
    return None


def has_own_params(seen: LinenCall) -> bool:
    """Whether the module itself has parameters, beside those of its submodules.

    Their arrays then stand where Flax looks for collections, which have to be mappings.
    """
    own = seen.run.model.identity
    return any(
        e.kind == PARAM and isinstance(e.subject, tuple) and e.subject[0] == own
        for e in seen.effects
        if not e.conditional
    )


def place_of(effect: Effect, file: ModuleFile) -> str:
    """`nn.BatchNorm, line 12`, as told in a finding of `file`."""
    step = effect.step
    name = effect.name.replace("flax.linen.Module.", "self.").replace("flax.linen.", "nn.")
    line = getattr(step.node, "lineno", 1)
    other = "" if step.file.path == file.path else f"{os.path.basename(step.file.path)}:"
    return f"{name}, {other}{line}" if other else f"{name}, line {line}"


def call_finding(
    seen: LinenCall,
    code: str,
    name: str,
    message: str,
    exception: str,
    replacement: str,
    effect: Effect | None,
    **facts: object,
) -> Finding:
    """A finding at the call, its chain the way to the effect."""
    what = f"this {seen.run.mode} runs {seen.callee}"
    steps = effect.steps() if effect is not None else []
    return Finding(
        code,
        name,
        message,
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of([Step(seen.node, seen.file, what), *steps]),
        exception=exception,
        replacement=replacement,
        facts={"library": "linen", "callee": seen.callee, "which": seen.run.mode, **facts},
    )
