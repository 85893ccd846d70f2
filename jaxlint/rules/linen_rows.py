"""Which row of the measured table for Linen an effect under a raw transform belongs to."""

from __future__ import annotations

from jaxlint.analysis.effects import (
    PARAM,
    RNG,
    STATE_CREATE,
    STATE_READ,
    STATE_WRITE,
    Effect,
)

PARAM_CALL = "flax.linen.Module.param"


def linen_row(effect: Effect) -> str | None:
    """The row of hazards_linen.json; None where none fits."""
    if effect.kind == PARAM:
        if effect.exists:
            return "submodule-called"
        if effect.name == PARAM_CALL:
            return "param-create"
        return "submodule-build" if effect.built else "submodule-call"
    if effect.kind == RNG:
        return None if effect.at_init else "rng"
    if effect.kind == STATE_CREATE:
        if effect.phase == "init" and effect.name.endswith(".perturb"):
            return "perturb"
        return "variable-read" if effect.exists else "variable-create"
    if effect.kind == STATE_READ:
        return None  # a value that was captured: measured to be right under every transform
    if effect.kind == STATE_WRITE:
        return _written(effect)
    return None


def _written(effect: Effect) -> str:
    if effect.sown:
        return "sow"
    if effect.name == "flax.linen.BatchNorm":
        return "batchnorm-train"
    return "variable-write-data" if effect.traced else "variable-write-counter"
