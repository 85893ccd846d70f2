"""JAX904: a name that is gone from jax, Haiku, Flax or optax."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.left import RemovedName
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule
from jaxlint.rules.removed_names import found


@rule(
    "JAX904",
    "removed-transform-api",
    summary="a name is used that the measured versions of jax, Haiku, Flax or optax do not have",
    hazards=(Hazard.ERROR,),
    exceptions=("AttributeError", "ImportError", "ModuleNotFoundError"),
    replacement="the name that took its place",
    observes=RemovedName,
)
def check(seen: RemovedName) -> Iterator[Finding]:
    """Every use and every import."""
    yield from found(seen, "JAX904", "removed-transform-api")
