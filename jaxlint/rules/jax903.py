"""JAX903: a context or function of the state and rng handling from before Flax Linen."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.left import PreLinen
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.pre_linen import found
from jaxlint.rules.registry import rule


@rule(
    "JAX903",
    "pre-linen-context",
    summary="a context or function of the state and rng handling from before Flax Linen",
    hazards=(Hazard.ERROR,),
    exceptions=("AttributeError", "ImportError", "TypeError"),
    replacement="the arguments mutable and rngs of apply",
    observes=PreLinen,
)
def check(seen: PreLinen) -> Iterator[Finding]:
    """Every such idiom; its exception is what the line raises with flax.linen for flax.nn."""
    yield from found(seen, "JAX903", "pre-linen-context")
