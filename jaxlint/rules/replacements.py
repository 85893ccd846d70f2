"""Which replacement fits a raw transform over this callee."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxlint.analysis.effects import PARAM, RNG, STATE_CREATE, STATE_WRITE
from jaxlint.analysis.observations import RawSite
from jaxlint.rules.splitting import as_argument, split_rng

if TYPE_CHECKING:
    from jaxlint.rules.raw_sites import Judgement

OUTWARD = frozenset({"jax.jit", "jax.pmap", "jax.experimental.pjit.pjit", "jax.shard_map"})
"""Transforms that belong around apply: `jax.jit(f.apply)`."""
BUILT_OUTSIDE = frozenset({"hk.scan", "hk.map", "hk.fori_loop"})
"""Lifted loops whose body must not build modules (measured: AssertionError)."""


def replacement_for(site: RawSite, judgement: Judgement) -> str:
    """What to write instead, as the message says it: "use hk.scan and build ... outside"."""
    if not judgement.effect.name.startswith("haiku."):
        return f"create and read it before and pass it in, or move {site.transform.name} outside"
    version = site.transform.replacement.get("haiku")
    kinds = {e.kind for e in site.effects}
    if site.slot.keyword == "cond_fun":
        return "draw keys and read parameters before the loop and pass them in the carry"
    if version == "hk.vmap" and any(e.kind == STATE_WRITE and e.traced for e in site.effects):
        return (
            "call it once on the merged axes (hk.BatchApply): hk.vmap refuses state that differs "
            "by row"
        )
    if version == "hk.vmap":
        return f"use hk.vmap(..., {as_argument(split_rng(site.effects_by_phase))})"
    if version == "hk.while_loop":
        return "create the parameters first, then use hk.while_loop behind `not hk.running_init()`"
    if version in BUILT_OUTSIDE:
        if _builds_inside(site):
            return f"use {version} and build the module outside the body"
        return f"use {version}"
    if version in ("hk.cond", "hk.switch") and kinds & {PARAM, STATE_CREATE}:
        return f"use {version}, with the parameters of all branches created before it"
    if version == "hk.eval_shape" and judgement.effect.kind == STATE_WRITE:
        return "use hk.eval_shape (it discards the state)"
    if version is not None:
        return f"use {version}"
    if site.transform.name in OUTWARD:
        return f"move {site.transform.name} outside hk.transform, around apply"
    if kinds & {STATE_WRITE, STATE_CREATE}:
        return "lift an inner hk.transform_with_state with hk.transparent_lift_with_state"
    if kinds == {RNG}:
        return "draw the key outside and pass it in"
    return "lift an inner hk.transform with hk.transparent_lift and transform its apply"


def _builds_inside(site: RawSite) -> bool:
    """Whether a module whose parameters are created is built by the callee itself."""
    return any(e.kind == PARAM and e.built for e in site.effects)
