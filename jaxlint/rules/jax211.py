"""JAX211: a raw transform leaks tracers through a Linen module's variables."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import STATE_WRITE
from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import Judgement, finding_for, judge
from jaxlint.rules.registry import rule


@rule(
    "JAX211",
    "linen-tracer-leak",
    summary="a raw JAX transform over a callable that creates or updates Linen variables",
    hazards=(Hazard.LEAK, Hazard.ERROR, Hazard.SILENT, Hazard.TOLERATED),
    exceptions=("UnexpectedTracerError", "TypeError", "ValueError"),
    replacement="the nn version of the transform, or a functional call",
    observes=RawSite,
)
def check(site: RawSite) -> Iterator[Finding]:
    """Variables created or updated under the transform."""
    judgement = judge(site, "linen")
    if judgement is not None and judgement.code == "JAX211":
        yield finding_for(site, judgement, "linen-tracer-leak", _consequence(site, judgement))


def _consequence(site: RawSite, judgement: Judgement) -> str:
    effect = judgement.effect
    if judgement.hazard is Hazard.ERROR:
        return f"a bound module is no value that {site.transform.name} takes ({site.unfit})"
    if judgement.hazard is Hazard.SILENT:
        return "the update counts once, not once a row"
    if judgement.hazard is Hazard.TOLERATED:
        return "it works by accident"
    if effect.kind == STATE_WRITE:
        return "the new value leaks as a tracer"
    return "it leaks as a tracer"
