"""JAX108: the result of a pair used with the wrong number of parts."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import ResultMisuse
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule
from jaxlint.rules.uses import at_line, steps_of, use_facts


@rule(
    "JAX108",
    "haiku-result-not-unpacked",
    summary="a with-state pair's two results used as one value, or a plain pair's one as two",
    hazards=(Hazard.ERROR,),
    exceptions=("TypeError", "ValueError", "AttributeError"),
    replacement="unpack the result, or use the other transform",
    observes=ResultMisuse,
)
def check(seen: ResultMisuse) -> Iterator[Finding]:
    """The parts that the result has, against those that the code wants."""
    if seen.pair.stateful:
        parts = "(params, state)" if seen.which == "init" else "(out, state)"
        fact, advice = f"{seen.which} returns {parts}", f"unpack {parts}"
    else:
        what = "params" if seen.which == "init" else "out"
        fact = f"{seen.which} of hk.transform returns {what} alone"
        advice = "do not unpack it, or use hk.transform_with_state"
    yield Finding(
        "JAX108",
        "haiku-result-not-unpacked",
        f"{fact}, and {seen.problem}{at_line(seen)}; {advice}",
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of(
            [
                *steps_of(seen, fact),
                Step(seen.pair.node, seen.pair.file, "the pair is made here"),
            ]
        ),
        exception=_exception(seen.problem),
        replacement=advice,
        facts={
            "which": seen.which,
            "stateful": seen.pair.stateful,
            "library": "haiku",
            **use_facts(seen),
        },
    )


def _exception(problem: str) -> str:
    """What Python raises for such a use of a tuple or a dict."""
    if "unpacked" in problem:
        return "ValueError"
    return "AttributeError" if "attribute" in problem else "TypeError"
