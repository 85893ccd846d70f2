"""What a raw transform over an impure callable does, by the measured table of the catalog."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxlint import catalog
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
from jaxlint.analysis.haiku import short
from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_calls import place_of
from jaxlint.rules.linen_replacements import linen_replacement
from jaxlint.rules.linen_rows import linen_row
from jaxlint.rules.replacements import replacement_for

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile

_SEVERITY = {"leak": 0, "error": 1, "silent": 2, "tolerated": 3}
_HAZARDS = {
    "leak": Hazard.LEAK,
    "leak-at-call": Hazard.LEAK,
    "leak-under-jit": Hazard.LEAK,
    "error": Hazard.ERROR,
    "error-under-jit": Hazard.ERROR,
    "silent": Hazard.SILENT,
    "tolerated": Hazard.TOLERATED,
}
"""The catalog's words, without the name of the exception that follows `error`."""


_VERBS = {"map": "maps", "stage-map": "maps", "ad": "differentiates"}


@dataclass(frozen=True)
class Judgement:
    """What one effect means at a site: the rule's code, the hazard and the effect itself.

    measured: the catalog's word for the hazard. exception: the class that is raised, if one is.
    """

    code: str
    hazard: Hazard
    effect: Effect
    measured: str = ""
    exception: str | None = None

    @property
    def rank(self) -> tuple[int, str, int]:
        """Order of severity: codes first, then hazards, then parameters before keys."""
        kinds = (STATE_WRITE, PARAM, STATE_CREATE, RNG, STATE_READ)
        return (_SEVERITY[self.hazard.value], self.code, kinds.index(self.effect.kind))


def judge(site: RawSite, library: str = "haiku") -> Judgement | None:
    """The worst that the site's effects on `library` do; None where none of them matters.

    A measured leak or silent loss outranks a code: what happens decides.
    """
    effects = [e for e in site.effects if e.is_linen is (library == "linen")]
    if not effects:
        return None
    if library == "linen" and site.unfit:
        return Judgement("JAX211", Hazard.ERROR, effects[0], "refused", site.unfit)
    if library == "haiku" and site.refused:
        return Judgement("JAX101", Hazard.ERROR, effects[0], "refused", "ValueError")
    found = [j for e in effects if (j := _judge_effect(e, site, library)) is not None]
    return min(found, key=lambda j: j.rank) if found else None


def _judge_effect(effect: Effect, site: RawSite, library: str) -> Judgement | None:
    phase = effect.phase or site.phase
    phases = (phase,) if phase else ("init", "apply")
    if effect.kind in (PARAM, STATE_CREATE) and phase == "apply":
        if not site.only_applied:
            return None  # behind an init guard: nothing is created, and the loop is as intended
        effect = effect.but(exists=True)
    row = _row(effect, site) if library == "haiku" else linen_row(effect)
    if row is None:
        return None
    slot = site.slot.keyword
    # An in-house transform is measured as the one that the configuration says it acts like.
    measured_as = site.transform.like or site.transform.name
    measured = [
        hazard
        for p in phases
        if (hazard := catalog.hazard(measured_as, row, p, slot, library)) is not None
    ]
    words = [m.partition(":") for m in measured]
    hazards = [(_HAZARDS[word], word, name) for word, _, name in words if word in _HAZARDS]
    if not hazards:
        return None
    worst, word, name = min(hazards, key=lambda h: _SEVERITY[h[0].value])
    if worst is Hazard.TOLERATED and effect.lifted:
        return None  # measured: check_jax_usage lets a lifted transform pass under a raw one
    exception = "UnexpectedTracerError" if worst is Hazard.LEAK else name or None
    return Judgement(_code(effect, worst, library), worst, effect, word, exception)


def _row(effect: Effect, site: RawSite) -> str | None:
    """The row of the measured table that the effect belongs to."""
    if effect.kind == PARAM:
        return "param-exists" if effect.exists else "param-create"
    if effect.kind == RNG:
        if effect.at_init:
            return None
        return "rng-later" if site.drawn_later is not None else "rng"
    if effect.kind == STATE_CREATE:
        return "state-read" if effect.exists else "state-create"
    if effect.kind == STATE_READ:
        return "state-read"
    if effect.kind == STATE_WRITE:
        if effect.traced:
            return "state-write-data"
        return "state-write-python" if effect.constant else "state-write-counter"
    return None


CODES = {"haiku": ("JAX101", "JAX102", "JAX103"), "linen": ("JAX211", "JAX212", "JAX213")}
"""By library, the codes of what leaks or is lost, of shared keys, and of what is tolerated."""


def _code(effect: Effect, hazard: Hazard, library: str) -> str:
    lost, shared, tolerated = CODES[library]
    if effect.kind == STATE_WRITE or hazard in (Hazard.LEAK, Hazard.ERROR):
        return lost
    return shared if hazard is Hazard.SILENT else tolerated


_EFFECT_WORDS = {
    PARAM: "creates {}parameters",
    STATE_CREATE: "creates {}state",
    STATE_READ: "reads {}state",
    STATE_WRITE: "writes {}state",
    RNG: "draws {}keys",
}


def describe_effect(effect: Effect, file: ModuleFile, exists: bool = False) -> str:
    """`creates Haiku parameters (hk.Linear, line 12)`, as told in a finding of `file`."""
    owner = "Haiku " if effect.name.startswith("haiku.") else ""
    if effect.is_linen:
        return _describe_linen(effect, file, exists)
    words = _EFFECT_WORDS[effect.kind] if not exists else "reads {}parameters"
    step = effect.step
    name = short(effect.name) or step.file.text(step.node, 30)
    line = getattr(step.node, "lineno", 1)
    other = "" if step.file.path == file.path else os.path.basename(step.file.path)
    place = f"{other}:{line}" if other else f"line {line}"
    return f"{words.format(owner)} ({name}, {place})"


def _describe_linen(effect: Effect, file: ModuleFile, exists: bool) -> str:
    if effect.kind == RNG:
        what = f"draws from the rng stream {effect.stream!r}"
    elif exists:
        what = f"reads {effect.collection!r}"
    else:
        verbs = {PARAM: "creates", STATE_CREATE: "creates", STATE_READ: "reads"}
        what = f"{verbs.get(effect.kind, 'updates')} {effect.collection!r}"
    return f"{what} ({place_of(effect, file)})"


def finding_for(site: RawSite, judgement: Judgement, name: str, consequence: str) -> Finding:
    """The finding of a site under the rule that the judgement names."""
    effect = judgement.effect
    spec = site.transform
    library = "linen" if effect.is_linen else "haiku"
    linen = library == "linen"
    replacement = linen_replacement(site) if linen else replacement_for(site, judgement)
    verb = "traces" if judgement.hazard is Hazard.LEAK else _VERBS.get(spec.group, "traces")
    what = describe_effect(effect, site.file, effect.exists and effect.kind == PARAM)
    message = f"{spec.name} {verb} {site.callee!r}, which {what}: {consequence}; {replacement}"
    steps = [*site.prefix, *effect.steps()]
    head = Step(site.node, site.file, f"{spec.name} is given {site.callee}")
    return Finding(
        judgement.code,
        name,
        message,
        span_of(site.node, site.file),
        judgement.hazard,
        chain_of([head, *steps]),
        exception=judgement.exception,
        replacement=replacement,
        facts={
            "transform": spec.name,
            "callee": site.callee,
            "effects": sorted({e.kind for e in site.effects}),
            "effect": effect.kind,
            "drawn_later": site.drawn_later is not None,
            "passed_in": bool(site.prefix),
            "library": library,
        },
    )
