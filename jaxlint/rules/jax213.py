"""JAX213: a raw transform over Linen code that works by accident."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import finding_for, judge
from jaxlint.rules.registry import rule


@rule(
    "JAX213",
    "linen-unlifted-transform",
    summary="a raw JAX transform over Linen code that happens to work",
    hazards=(Hazard.TOLERATED,),
    replacement="the nn version of the transform, or a functional call",
    observes=RawSite,
)
def check(site: RawSite) -> Iterator[Finding]:
    """What leaks nothing and loses nothing on the measured versions."""
    judgement = judge(site, "linen")
    if judgement is not None and judgement.code == "JAX213":
        yield finding_for(
            site,
            judgement,
            "linen-unlifted-transform",
            "it works by accident",
        )
