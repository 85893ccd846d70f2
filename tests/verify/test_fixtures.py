"""The marked lines of the positive fixtures, run: the marks are true.

All of Haiku's, and a fixed sample of Linen's; `JAXLINT_ALL_FIXTURES=1` takes all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import kit
import pytest

from jaxlint.finding import Finding, Hazard, Span
from jaxlint.verify.model import Job, Limits, Result, Verdict

EVERY = 1 if os.environ.get("JAXLINT_ALL_FIXTURES") else 5
"""Of Linen's fixtures, which tests/linen runs too, every fifth is in the sample."""


def cases() -> list[kit.Case]:
    """The fixtures to run."""
    by_family = [
        [case for case in kit.cases() if case.family == family and not case.negative]
        for family in ("haiku", "linen")
    ]
    return by_family[0] + by_family[1][::EVERY]


@cache
def marked() -> dict[tuple[str, int, int, str], Job]:
    jobs = {}
    for case in cases():
        found = {kit.mark_of(f): f for f in kit.check(case).findings}
        findings = [found.get(mark) or _made(case, mark) for mark in case.marks]
        for finding in findings:
            others = tuple(f.span for f in findings if f.span != finding.span)
            name = case.name.partition("positive/")[2]
            key = (name, finding.span.line, finding.span.column, finding.code)
            jobs[key] = Job(finding, limits=Limits(seconds=180), others=others)
    return jobs


def _made(case: kit.Case, mark: kit.Mark) -> Finding:
    span = Span(str(case.path), mark.line, mark.column, mark.end_line, mark.end_column)
    return Finding(mark.code, "", "", span, Hazard(mark.hazard), exception=mark.exception)


@pytest.fixture(scope="module")
def results(verify: Callable[..., list[Result]]) -> dict[tuple[str, int, int, str], Result]:
    jobs = marked()
    return dict(zip(jobs, verify(list(jobs.values())), strict=True))


@pytest.mark.parametrize("key", marked(), ids=lambda key: ":".join(map(str, key)))
def test_the_mark_is_true(key: tuple[str, int, int, str], results: dict[Any, Result]) -> None:
    result = results[key]
    tolerated = result.finding.hazard is Hazard.TOLERATED
    expected = Verdict.CONTRACT if tolerated else Verdict.CONFIRMED
    shown = result.verdict is expected and result.level in ("harness", "own-calls", "synthesised")
    assert shown, f"{result.verdict.value} ({result.level})\n{result.detail}"
