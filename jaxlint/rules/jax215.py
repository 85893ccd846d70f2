"""JAX215: a lifted map or loop that does not split a stream which its target draws from."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import RNG, Step, chain_of, span_of
from jaxlint.analysis.linen_values import short_linen
from jaxlint.analysis.observations import LinenLiftedSite
from jaxlint.analysis.values import Const, Mapping
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_calls import place_of
from jaxlint.rules.registry import rule

SPLITTING = frozenset({"flax.linen.vmap", "flax.linen.scan"})
PARAMS = "params"


@rule(
    "JAX215",
    "linen-rng-not-split",
    summary="nn.vmap or nn.scan does not split a stream that its target draws from",
    hazards=(Hazard.SILENT, Hazard.ERROR),
    exceptions=("InvalidRngError",),
    replacement="split_rngs={'dropout': True}",
    observes=LinenLiftedSite,
)
def check(site: LinenLiftedSite) -> Iterator[Finding]:
    """Streams drawn at apply that `split_rngs` says False to, or does not name."""
    if site.symbol.name not in SPLITTING or site.open_keywords:
        return
    given = site.keywords.get("split_rngs", Mapping({}))
    if not isinstance(given, Mapping) or given.rest is not None:
        return
    for effect in site.effects:
        if effect.kind != RNG or effect.at_init or effect.phase == "init" or effect.conditional:
            continue
        stream = effect.stream
        if not stream or stream == PARAMS:
            continue
        split = given.items.get(stream)
        if split is None and PARAMS in given.items and not misses_params(site, stream):
            continue  # the key of `params` stands in
        if split is not None and not (isinstance(split, Const) and split.value is False):
            continue
        name = short_linen(site.symbol.name)
        rows = "row" if name == "nn.vmap" else "step"
        after = (
            f"every {rows} draws the same"
            if split is not None
            else "the stream is not there inside (InvalidRngError)"
        )
        entries = {
            **{k: v.value for k, v in given.items.items() if isinstance(v, Const)},
            stream: True,
        }
        advice = f"use split_rngs={entries}"
        yield Finding(
            "JAX215",
            "linen-rng-not-split",
            f"{site.callee} draws from the rng stream {stream!r} "
            f"({place_of(effect, site.file)}), which this {name} does not split: {after}; {advice}",
            span_of(site.node, site.file),
            Hazard.SILENT if split is not None else Hazard.ERROR,
            chain_of([Step(site.node, site.file, f"{name} is given it"), *effect.steps()]),
            exception=None if split is not None else "InvalidRngError",
            replacement=advice,
            facts={"library": "linen", "transform": site.symbol.name, "stream": stream},
        )
        return


def misses_params(site: LinenLiftedSite, stream: str) -> bool:
    """Whether the apply gives `stream` and no key of `params`, which would stand in for it."""
    return site.streams is not None and stream in site.streams and PARAMS not in site.streams
