"""Findings about what an apply returned: shared by JAX202 and JAX203."""

from __future__ import annotations

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import LinenResult
from jaxlint.finding import Finding, Hazard


def result_finding(
    seen: LinenResult, code: str, name: str, returns: str, exception: str, advice: str
) -> Finding:
    """A finding at the use of the result; the call is in its chain."""
    call = seen.run.node
    line = getattr(call, "lineno", 1)
    return Finding(
        code,
        name,
        f"this {seen.run.mode} (line {line}) returns {returns}, and {seen.problem}: {exception}; "
        f"{advice}",
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of(
            [
                Step(seen.node, seen.file, seen.problem),
                *([Step(call, seen.run.file, "the call")] if seen.run.file is not None else []),
            ]
        ),
        exception=exception,
        replacement=advice,
        facts={"library": "linen", "which": seen.run.mode},
    )
