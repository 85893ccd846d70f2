"""JAX109: init or apply called with arguments that do not fit its slots."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.observations import ApplyArguments
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule


@rule(
    "JAX109",
    "haiku-apply-arguments",
    summary="init or apply is called without its rng or state slot, or with one too many",
    hazards=(Hazard.ERROR,),
    exceptions=("TypeError", "ValueError"),
    replacement="the arguments in the order of the slots",
    observes=ApplyArguments,
)
def check(seen: ApplyArguments) -> Iterator[Finding]:
    """Every call whose arguments cannot fit."""
    yield Finding(
        "JAX109",
        "haiku-apply-arguments",
        f"this {seen.which} has {seen.problem}: an input lands in the wrong slot; write "
        f"{seen.expected}",
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of(
            [
                Step(seen.node, seen.file, seen.problem),
                Step(seen.pair.node, seen.pair.file, "the pair is made here"),
            ]
        ),
        exception=seen.exception,
        replacement=seen.expected,
        facts={"which": seen.which, "expected": seen.expected, "library": "haiku"},
    )
