"""JAX101: a raw transform leaks tracers through Haiku's parameters, state or keys."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import RNG, STATE_WRITE
from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import Judgement, finding_for, judge
from jaxlint.rules.registry import rule


@rule(
    "JAX101",
    "haiku-tracer-leak",
    summary="a raw JAX transform over a callable that creates Haiku parameters or changes state",
    hazards=(Hazard.LEAK, Hazard.ERROR, Hazard.SILENT, Hazard.TOLERATED),
    exceptions=("UnexpectedTracerError", "ValueError", "TypeError", "AssertionError"),
    replacement="the hk version of the transform, or lift an inner hk.transform",
    observes=RawSite,
)
def check(site: RawSite) -> Iterator[Finding]:
    """Parameters created or state written under the transform, or a key followed by another."""
    judgement = judge(site)
    if judgement is not None and judgement.code == "JAX101":
        yield finding_for(site, judgement, "haiku-tracer-leak", _consequence(site, judgement))


def _consequence(site: RawSite, judgement: Judgement) -> str:
    effect = judgement.effect
    if judgement.measured == "refused":
        return f"hk.transform refuses the result of {site.transform.name} (ValueError)"
    if judgement.hazard is Hazard.ERROR:
        when = " where the root is jitted" if judgement.measured == "error-under-jit" else ""
        return f"it raises {judgement.exception}{when}"
    if judgement.hazard is Hazard.SILENT:
        return "the update counts once, not once a row"
    if judgement.hazard is Hazard.TOLERATED:
        return "it works by accident, and hk.experimental.check_jax_usage refuses it"
    if effect.kind == RNG:
        later = site.drawn_later.step if site.drawn_later is not None else None
        where = f" (line {getattr(later.node, 'lineno', 1)})" if later is not None else ""
        return f"the next key drawn{where} is a leaked tracer"
    if effect.kind == STATE_WRITE:
        return "the new state leaks as a tracer"
    return "they leak as tracers"
