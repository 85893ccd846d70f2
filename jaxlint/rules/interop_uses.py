"""Findings about Haiku and Flax mixed: shared by the JAX30x rules that look at InteropUse."""

from __future__ import annotations

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import InteropUse
from jaxlint.finding import Finding, Hazard


def interop_finding(seen: InteropUse, code: str, name: str, what: str, advice: str) -> Finding:
    """A finding at the place itself."""
    return Finding(
        code,
        name,
        f"{what}: {seen.exception}; {advice}",
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of([Step(seen.node, seen.file, what)]),
        exception=seen.exception,
        replacement=advice,
        facts={"library": "interop", "name": seen.name},
    )
