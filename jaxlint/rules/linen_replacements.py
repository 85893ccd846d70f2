"""Which replacement fits a raw transform over Linen code, its axes and streams spelled out."""

from __future__ import annotations

from collections.abc import Iterable

from jaxlint.analysis.effects import PARAM, RNG, STATE_WRITE, Effect
from jaxlint.analysis.observations import RawSite

FUNCTIONAL = "make the call functional: module.apply(variables, ...) inside the transform"
LOOPS = frozenset({"jax.lax.map", "jax.lax.fori_loop", "jax.lax.associative_scan"})


def linen_replacement(site: RawSite) -> str:
    """What to write instead, as the message says it."""
    version = site.transform.replacement.get("linen")
    effects = site.effects
    updated = collections(e for e in effects if e.kind == STATE_WRITE and not e.sown)
    if version == "nn.vmap":
        if updated:
            return "call it once on the whole batch, whose axes it may merge"
        axes = dict.fromkeys(collections(effects)) or {"params": None}
        return f"use nn.vmap(..., variable_axes={axes}, split_rngs={split_rngs(effects)})"
    if version == "nn.scan":
        carried = f", variable_carry={updated[0]!r}" if len(updated) == 1 else ""
        carried = f", variable_carry={updated}" if len(updated) > 1 else carried
        return (
            f"use nn.scan(..., variable_broadcast='params'{carried}, "
            f"split_rngs={split_rngs(effects)})"
        )
    if version == "nn.while_loop":
        return f"use nn.while_loop, with carry_variables={updated or False}"
    if version is not None:
        return f"use {version}"
    if site.transform.name in LOOPS:
        return f"use nn.scan(..., variable_broadcast='params', split_rngs={split_rngs(effects)})"
    if site.transform.name == "jax.eval_shape":
        return "ask jax.eval_shape outside, of a function of init or apply"
    return FUNCTIONAL


def collections(effects: Iterable[Effect]) -> list[str]:
    """The collections that the effects touch, in order of first use."""
    return list(dict.fromkeys(e.collection for e in effects if e.collection))


def split_rngs(effects: Iterable[Effect]) -> dict[str, bool]:
    """One set of parameters for all rows or steps, other streams split."""
    found: dict[str, bool] = {}
    for effect in effects:
        if effect.kind == PARAM:
            found["params"] = False
        elif effect.kind == RNG and effect.stream and effect.stream != "params":
            found[effect.stream] = True
    return found or {"params": False}
