"""JAX111: hk.vmap without split_rng."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import LiftedSite
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule
from jaxlint.rules.splitting import as_argument, split_rng


@rule(
    "JAX111",
    "haiku-vmap-split-rng",
    summary="hk.vmap is called without split_rng",
    hazards=(Hazard.ERROR,),
    exceptions=("TypeError",),
    replacement="split_rng= with the value that fits the callee",
    observes=LiftedSite,
)
def check(site: LiftedSite) -> Iterator[Finding]:
    """The argument is required since dm-haiku 0.0.6 (measured: TypeError)."""
    if site.symbol.name != "haiku.vmap" or "split_rng" in site.keywords:
        return
    if site.open_keywords or site.old_vmap:
        return
    value = split_rng(e for _, found in site.branches for e in found)
    advice = as_argument(value)
    yield Finding(
        "JAX111",
        "haiku-vmap-split-rng",
        f"hk.vmap over {site.callee!r} has no split_rng: Haiku raises TypeError; add {advice}",
        span_of(site.node, site.file),
        Hazard.ERROR,
        chain_of([Step(site.node, site.file, "hk.vmap without split_rng")]),
        exception="TypeError",
        replacement=advice,
        facts={"callee": site.callee, "split_rng": value, "library": "haiku"},
    )
