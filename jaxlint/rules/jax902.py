"""JAX902: an idiom of modules from before Flax Linen."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.left import PreLinen
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.pre_linen import found
from jaxlint.rules.registry import rule


@rule(
    "JAX902",
    "pre-linen-module",
    summary="an idiom of modules from before Flax Linen",
    hazards=(Hazard.ERROR,),
    exceptions=("AttributeError", "ImportError", "InvalidInstanceModuleError", "TypeError"),
    replacement="the Linen form",
    observes=PreLinen,
)
def check(seen: PreLinen) -> Iterator[Finding]:
    """Every such idiom; its exception is what the line raises with flax.linen for flax.nn."""
    yield from found(seen, "JAX902", "pre-linen-module")
