"""Findings about the shape of modules: shared by JAX221 to JAX224."""

from __future__ import annotations

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import LinenStructure
from jaxlint.finding import Finding, Hazard


def structure_finding(
    seen: LinenStructure, code: str, name: str, what: str, advice: str
) -> Finding:
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
        facts={"library": "linen", "module": seen.module},
    )
