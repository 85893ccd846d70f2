"""JAX205: an init or apply without the rng stream that the model draws from."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.observations import LinenCall
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.linen_calls import call_finding, lacks, place_of
from jaxlint.rules.registry import rule


@rule(
    "JAX205",
    "linen-missing-rng",
    summary="dropout or make_rng runs, and the call gives no such rng stream",
    hazards=(Hazard.ERROR,),
    exceptions=("InvalidRngError",),
    replacement="rngs={'dropout': key}",
    observes=LinenCall,
)
def check(seen: LinenCall) -> Iterator[Finding]:
    """Streams that are certainly drawn from, and certainly not given."""
    for lack in lacks(seen):
        if lack.kind != "stream":
            continue
        where = "rngs" if seen.run.mode == "apply" else "the first argument"
        advice = f"give {{{lack.name!r}: key}} in {where}"
        what = "draws from" if lack.effect.stream else "needs, to create its parameters,"
        yield call_finding(
            seen,
            "JAX205",
            "linen-missing-rng",
            f"{seen.callee} {what} the rng stream {lack.name!r} "
            f"({place_of(lack.effect, seen.file)}), which this {seen.run.mode} is not given: "
            f"InvalidRngError; {advice}",
            "InvalidRngError",
            advice,
            lack.effect,
            stream=lack.name,
        )
