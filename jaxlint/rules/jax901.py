"""JAX901: the modules of Flax before Linen are imported."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.left import RemovedName
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule
from jaxlint.rules.removed_names import found


@rule(
    "JAX901",
    "pre-linen-import",
    summary="flax.nn, flax.optim or flax.deprecated is imported: they are gone",
    hazards=(Hazard.ERROR,),
    exceptions=("ImportError", "ModuleNotFoundError", "AttributeError"),
    replacement="flax.linen, optax",
    observes=RemovedName,
)
def check(seen: RemovedName) -> Iterator[Finding]:
    """Every such import; the names that it would bind are not reported again."""
    yield from found(seen, "JAX901", "pre-linen-import")
