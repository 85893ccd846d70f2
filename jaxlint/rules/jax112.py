"""JAX112: hk.vmap(split_rng=False) over a callable that draws keys."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import LiftedSite
from jaxlint.analysis.values import (
    Const,
)
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.raw_sites import describe_effect
from jaxlint.rules.registry import rule
from jaxlint.rules.splitting import as_argument, draws_at_apply, split_rng


@rule(
    "JAX112",
    "haiku-rng-not-split",
    summary="hk.vmap(split_rng=False) over a callable that draws keys at apply",
    hazards=(Hazard.SILENT,),
    replacement="split_rng=(not hk.running_init())",
    observes=LiftedSite,
)
def check(site: LiftedSite) -> Iterator[Finding]:
    """The same key in every row."""
    split = site.keywords.get("split_rng")
    if site.symbol.name != "haiku.vmap" or not isinstance(split, Const) or split.value:
        return
    if site.context == "outside" or site.phase == "init":
        return
    effects = [e for _, found in site.branches for e in found]
    draws = draws_at_apply(effects)
    if not draws:
        return
    effect = draws[0]
    what = describe_effect(effect, site.file)
    advice = as_argument(split_rng(effects))
    yield Finding(
        "JAX112",
        "haiku-rng-not-split",
        f"hk.vmap(split_rng=False) over {site.callee!r}, which {what}: every "
        f"row gets the same numbers; use {advice}",
        span_of(site.node, site.file),
        Hazard.SILENT,
        chain_of([Step(site.node, site.file, "hk.vmap with split_rng=False"), *effect.steps()]),
        replacement=advice,
        facts={"callee": site.callee, "split_rng": advice, "library": "haiku"},
    )
