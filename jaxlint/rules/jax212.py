"""JAX212: a raw transform over Linen code that draws from an rng stream."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import finding_for, judge
from jaxlint.rules.registry import rule


@rule(
    "JAX212",
    "linen-shared-rng",
    summary="a raw map or loop over Linen code that draws keys: every row or step draws the same",
    hazards=(Hazard.SILENT,),
    replacement="nn.vmap or nn.scan with split_rngs",
    observes=RawSite,
)
def check(site: RawSite) -> Iterator[Finding]:
    """Keys drawn under a transform that runs its callable for many rows or steps."""
    judgement = judge(site, "linen")
    if judgement is not None and judgement.code == "JAX212":
        yield finding_for(site, judgement, "linen-shared-rng", "every row or step gets the same")
