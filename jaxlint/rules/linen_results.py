"""Findings about what an apply returned: shared by JAX202 and JAX203."""

from __future__ import annotations

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import LinenResult
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.uses import at_line, steps_of, use_facts


def result_finding(
    seen: LinenResult, code: str, name: str, returns: str, exception: str, advice: str
) -> Finding:
    """A finding with the call and the use of its result in its chain."""
    call = seen.run.node
    line = "" if seen.use is not None else f" (line {getattr(call, 'lineno', 1)})"
    file = seen.run.file if seen.use is None else None
    there = [Step(call, file, "the call")] if file is not None else []
    return Finding(
        code,
        name,
        f"this {seen.run.mode}{line} returns {returns}, and {seen.problem}{at_line(seen)}: "
        f"{exception}; {advice}",
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of(steps_of(seen, f"returns {returns}") + there),
        exception=exception,
        replacement=advice,
        facts={"library": "linen", "which": seen.run.mode, **use_facts(seen)},
    )
