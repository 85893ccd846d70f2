"""JAX905: a method of FrozenDict on the plain dict that Linen gives now."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.left import FrozenLeftover
from jaxlint.analysis.prelinen import table
from jaxlint.finding import Finding, Hazard
from jaxlint.rules.registry import rule


@rule(
    "JAX905",
    "frozen-dict-left-over",
    summary="a method of FrozenDict is called on the plain dict that init or apply returns",
    hazards=(Hazard.ERROR,),
    exceptions=("AttributeError", "TypeError", "ValueError"),
    replacement="the function of that name in flax.core",
    observes=FrozenLeftover,
)
def check(seen: FrozenLeftover) -> Iterator[Finding]:
    """Every call that a dict refuses. `init` returns dicts since flax 0.7."""
    use = table()["frozen_methods"][seen.method]["use"]
    what = "unpacked as a pair" if seen.method == "pop" else "called on a plain dict"
    yield Finding(
        "JAX905",
        "frozen-dict-left-over",
        f"{seen.owner}.{seen.method} is {what}: {seen.error}, since Linen returns dicts now, no "
        f"FrozenDict; use {use}",
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of(
            [
                Step(seen.node, seen.file, f"{seen.method}, as of a FrozenDict"),
                Step(seen.origin, seen.file, "the dict comes from here"),
            ]
        ),
        exception=seen.error,
        replacement=use,
        facts={"method": seen.method, "owner": seen.owner, "library": "flax"},
    )
