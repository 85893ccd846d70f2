"""JAX102: a raw map or loop gives every row or step the same Haiku key."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import finding_for, judge
from jaxlint.rules.registry import rule


@rule(
    "JAX102",
    "haiku-shared-rng",
    summary="a raw JAX map or loop over a callable that draws from Haiku's key sequence",
    hazards=(Hazard.SILENT,),
    replacement="hk.vmap(..., split_rng=True), hk.scan, or keys split outside and mapped over",
    observes=RawSite,
)
def check(site: RawSite) -> Iterator[Finding]:
    """A key drawn under a map or loop: one key for all."""
    judgement = judge(site)
    if judgement is not None and judgement.code == "JAX102":
        what = "step" if site.transform.group == "loop" else "row"
        consequence = f"every {what} gets the same numbers"
        yield finding_for(site, judgement, "haiku-shared-rng", consequence)
