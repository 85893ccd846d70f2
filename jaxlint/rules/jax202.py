"""JAX202: the pair that an apply with mutable collections returns is used as the output."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import LinenResult
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_results import result_finding
from jaxlint.rules.registry import rule


@rule(
    "JAX202",
    "linen-mutable-not-unpacked",
    summary="apply with `mutable` returns (output, updates), and the pair is used as the output",
    hazards=(Hazard.ERROR,),
    exceptions=("TypeError", "AttributeError", "ValueError"),
    replacement="out, updates = model.apply(..., mutable=[...])",
    observes=LinenResult,
)
def check(seen: LinenResult) -> Iterator[Finding]:
    """A pair used as one value."""
    if seen.unpacked:
        return
    exception = "TypeError"
    if "attribute" in seen.problem:
        exception = "AttributeError"
    elif "unpacked into" in seen.problem:
        exception = "ValueError"
    mutable = seen.run.mutable
    why = f", since mutable={mutable.spelled()}" if mutable is not None else ""
    if seen.run.mode == "init":
        why = ""
    yield result_finding(
        seen,
        "JAX202",
        "linen-mutable-not-unpacked",
        f"(output, updates){why}" if seen.run.mode == "apply" else "(output, variables)",
        exception,
        "unpack it into two names",
    )
