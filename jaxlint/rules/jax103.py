"""JAX103: a raw transform over parameters that works today, outside Haiku's contract."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import finding_for, judge
from jaxlint.rules.registry import rule


@rule(
    "JAX103",
    "haiku-unlifted-transform",
    summary="a raw JAX transform over a callable that uses Haiku parameters: it works by accident",
    hazards=(Hazard.TOLERATED,),
    exceptions=("JaxUsageError",),
    replacement="the hk version of the transform",
    observes=RawSite,
)
def check(site: RawSite) -> Iterator[Finding]:
    """Only effects that the measured versions tolerate."""
    judgement = judge(site)
    if judgement is not None and judgement.code == "JAX103":
        consequence = "it works by accident, and hk.experimental.check_jax_usage refuses it"
        yield finding_for(site, judgement, "haiku-unlifted-transform", consequence)
