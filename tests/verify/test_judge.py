"""Verdicts from made-up evidence: what confirms a finding, and what must not."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jaxlint.finding import Finding
from jaxlint.verify import judge
from jaxlint.verify.model import Evidence, Seen, Verdict
from verify.conftest import place

SOURCE = """
    import jax

    def body(c, _):
        return linear(c), None

    def net(x):
        y = other(x)
        return jax.lax.scan(body, x, None, 2)
"""
LEAK = (
    "Encountered an unexpected tracer.\n"
    "The function being traced when the value leaked was {name} at {path}:{line} traced for {by}."
)


@pytest.fixture
def finding(tmp_path: Path) -> Finding:
    path = tmp_path / "net.py"
    path.write_text(textwrap.dedent(SOURCE))
    return place(path, "jax.lax.scan(body, x, None, 2)")


def leak(finding: Finding, line: int, name: str = "body", by: str = "scan", **more: Any) -> Seen:
    text = LEAK.format(name=name, path=finding.span.path, line=line, by=by)
    classes = ("UnexpectedTracerError", "JAXTypeError", "TypeError", "Exception", "BaseException")
    return Seen("init", classes, text.splitlines()[0], text, **more)


def error(name: str, text: str = "", *bases: str, **more: Any) -> Seen:
    return Seen("run", (name, *bases, "Exception", "BaseException"), text, text, **more)


def verdict(finding: Finding, *errors: Seen, executed: int = 1, **more: Any) -> Verdict:
    return judge.verdict(finding, Evidence("synthesised", executed, list(errors), **more))


def test_a_leak_that_names_the_body_confirms(finding: Finding) -> None:
    assert verdict(finding, leak(finding, 4)) is Verdict.CONFIRMED


def test_a_leak_of_another_function_does_not(finding: Finding) -> None:
    assert verdict(finding, leak(finding, 90, "elsewhere")) is not Verdict.CONFIRMED


def test_another_error_does_not(finding: Finding) -> None:
    site = (finding.span.path, finding.span.line, "net")
    seen = error("ValueError", "shapes differ", frames=(site,), inside=True)
    assert verdict(finding, seen) is Verdict.NO_INPUTS


def test_nothing_is_confirmed_unless_the_site_ran(finding: Finding) -> None:
    assert verdict(finding, leak(finding, 4), executed=0) is not Verdict.CONFIRMED


def test_a_leak_without_places_needs_the_flagged_callable(finding: Finding) -> None:
    bare = leak(finding, 4)
    bare = replace(bare, text="Encountered an unexpected tracer: a BatchTracer")
    assert verdict(finding, bare) is not Verdict.CONFIRMED
    assert verdict(finding, replace(bare, inside=True)) is Verdict.CONFIRMED


def test_the_checker_alone_is_a_contract(finding: Finding) -> None:
    seen = error("JaxUsageError", "tl;dr", "ValueError", inside=True)
    assert verdict(finding, seen) is Verdict.CONTRACT
    assert verdict(finding, replace(seen, inside=False)) is not Verdict.CONTRACT


def test_a_leak_beats_the_checker(finding: Finding) -> None:
    checker = error("JaxUsageError", "tl;dr", "ValueError", inside=True)
    assert verdict(finding, checker, leak(finding, 4)) is Verdict.CONFIRMED


def test_a_tolerated_finding_is_not_blamed_for_a_leak_around_it(finding: Finding) -> None:
    from jaxlint.finding import Hazard

    tolerated = replace(finding, hazard=Hazard.TOLERATED)
    around = leak(finding, 90, "outer")
    text = around.text + f"\n{finding.span.path}:{finding.span.line}:4 (net)"
    assert verdict(tolerated, replace(around, text=text)) is not Verdict.CONFIRMED


def test_declared_errors(finding: Finding) -> None:
    from jaxlint.finding import Hazard

    declared = replace(finding, code="JAX110", hazard=Hazard.ERROR, exception="TypeError")
    here = (finding.span.path, finding.span.line, "net")
    there = (finding.span.path, 7, "net")
    assert verdict(declared, error("TypeError", frames=(here,))) is Verdict.CONFIRMED
    assert verdict(declared, error("Sub", "", "TypeError", frames=(here,))) is Verdict.CONFIRMED
    assert verdict(declared, error("TypeError", frames=(there,))) is not Verdict.CONFIRMED
    assert verdict(declared, error("ValueError", frames=(here,))) is not Verdict.CONFIRMED


def test_a_rule_with_a_known_message_wants_it(finding: Finding) -> None:
    from jaxlint.finding import Hazard

    declared = replace(finding, code="JAX105", hazard=Hazard.ERROR, exception="ValueError")
    here = (finding.span.path, finding.span.line, "net")
    said = "All `hk.Module`s must be initialized inside an `hk.transform`."
    assert verdict(declared, error("ValueError", said, frames=(here,))) is Verdict.CONFIRMED
    assert verdict(declared, error("ValueError", "bad", frames=(here,))) is Verdict.NO_INPUTS


def test_numbers_confirm_a_silent_finding_only(finding: Finding) -> None:
    from jaxlint.finding import Hazard

    silent = replace(finding, hazard=Hazard.SILENT)
    assert verdict(silent, numbers="4 rows all drew the key [1, 2]") is Verdict.CONFIRMED
    assert verdict(finding, numbers="4 rows all drew the key [1, 2]") is not Verdict.CONFIRMED


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence("own-calls"), Verdict.UNREACHED),
        (Evidence("own-calls", executed=2, clean=3), Verdict.NOT_REPRODUCED),
        (Evidence("own-calls", problem="import"), Verdict.IMPORT_ERROR),
        (Evidence("own-calls", problem="timeout"), Verdict.TIMEOUT),
        (Evidence("own-calls", problem="crashed"), Verdict.CRASHED),
        (Evidence("synthesised", problem="inputs"), Verdict.NO_INPUTS),
        (Evidence("own-calls", problem="import", blocked=["refused"]), Verdict.BLOCKED),
    ],
)
def test_verdicts_without_a_sign(finding: Finding, evidence: Evidence, expected: Verdict) -> None:
    assert judge.verdict(finding, evidence) is expected


def test_evidence_crosses_the_pipe(finding: Finding) -> None:
    import json

    evidence = Evidence("synthesised", 3, [leak(finding, 4, frames=(("a.py", 1, "f"),))])
    assert Evidence.from_json(json.loads(json.dumps(evidence.to_json()))) == evidence


def test_verdicts_are_in_the_order_of_the_design() -> None:
    names = (
        "CONFIRMED CONTRACT NOT_REPRODUCED UNREACHED NO_INPUTS IMPORT_ERROR BLOCKED TIMEOUT CRASHED"
    )
    assert [v.value for v in sorted(Verdict, key=lambda v: v.rank)] == names.split()
