"""What is right runs clean under the machinery that confirms what is wrong.

Each file's own calls are run as for a finding, at a transform of the file that nobody flags: the
same init and apply calls, the same phases, the checkers. A fixed sample of the negative fixtures
and every good.py; `JAXLINT_ALL_NEGATIVES=1` takes all the negative fixtures and all their sites.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import kit
import pytest

from jaxlint import catalog
from jaxlint.config import Options
from jaxlint.finding import Finding, Hazard, Span
from jaxlint.runner import Checker
from jaxlint.verify import places
from jaxlint.verify.model import Job, Level, Limits, Result, Verdict

RULES = Path(__file__).resolve().parents[2] / "docs" / "rules"
ALL = bool(os.environ.get("JAXLINT_ALL_NEGATIVES"))
EVERY = 12
"""Of the negative fixtures that run by themselves, every twelfth is in the sample."""

Key = tuple[str, int, int]


def dotted(node: ast.expr) -> str:
    """`haiku.vmap` for `hk.vmap`; what is no dotted name is no known name either."""
    name = ast.unparse(node)
    head, dot, rest = name.partition(".")
    known = {"hk": "haiku", "jnp": "jax.numpy", "lax": "jax.lax"}
    return catalog.resolve(known.get(head, head) + dot + rest)


def sites(source: str) -> Iterator[tuple[int, ast.Call]]:
    """The calls of raw and lifted transforms and of roots, with how much each matters."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            symbol = catalog.symbol(name)
            if symbol is not None and symbol.kind in ("lifted", "root"):
                yield (0 if symbol.kind == "lifted" else 2), node
            elif catalog.transform(name) is not None:
                yield 1, node


def span_of(path: Path, source: str, node: ast.expr) -> Span:
    """The place of `node` as a finding has it: columns count characters, from 1."""
    lines = source.splitlines()

    def column(line: int, byte: int) -> int:
        return len(lines[line - 1].encode()[:byte].decode()) + 1

    end_line, end = node.end_lineno or 0, node.end_col_offset or 0
    first = column(node.lineno, node.col_offset)
    return Span(str(path), node.lineno, first, end_line, column(end_line, end))


def chosen(source: str, every: bool) -> list[ast.Call]:
    """The sites to look at: all, or the one that matters most."""
    found = sorted(sites(source), key=lambda item: (item[0], item[1].lineno, item[1].col_offset))
    return [node for _, node in (found if every else found[:1])]


@cache
def good() -> dict[Key, Job]:
    """The right twin of each bad example, its transform taken for the bad one's."""
    jobs = {}
    for path in sorted(RULES.glob("*/good.py")):
        (bad,) = [
            f
            for f in Checker(Options()).check(str(path.parent / "bad.py")).findings
            if f.code == path.parent.name
        ]
        source = path.read_text(encoding="utf-8")
        for node in chosen(source, every=True):
            span = span_of(path, source, node)
            finding = Finding(bad.code, "", "", span, bad.hazard, exception=bad.exception)
            jobs[(path.parent.name, span.line, span.column)] = job(finding)
    return jobs


@cache
def negatives() -> dict[Key, Job]:
    """The negative fixtures with calls of their own."""
    cases = [
        case
        for case in kit.cases()
        if case.negative
        and case.family == "haiku"
        and places.entries(ast.parse(case.source))
        and chosen(case.source, False)
    ]
    jobs = {}
    for case in cases if ALL else cases[::EVERY]:
        for node in chosen(case.source, ALL):
            span = span_of(case.path, case.source, node)
            key = (case.name.partition("negative/")[2], span.line, span.column)
            jobs[key] = job(Finding("JAX101", "", "", span, Hazard.LEAK))
    return jobs


def job(finding: Finding) -> Job:
    """`finding`, by the file's own calls only."""
    return Job(finding, levels=(Level.OWN_CALLS.value,), limits=Limits(seconds=600))


Results = dict[Key, Result]


@pytest.fixture(scope="module")
def results(verify: Callable[..., list[Result]]) -> Results:
    jobs = {**good(), **negatives()}
    return dict(zip(jobs, verify(list(jobs.values())), strict=True))


def clean(result: Result, key: Key) -> bool:
    """Whether the file ran, and nothing at all went wrong.

    Haiku's checker objects to each raw transform over Haiku's code, also where a guard
    (`hk.running_init`) or a key of its own (`hk.with_rng`) makes it right: that is no misuse.
    """
    if result.verdict is Verdict.CONTRACT and key not in good():
        return result.exception == "JaxUsageError"
    return result.exception is None and result.verdict in (
        Verdict.NOT_REPRODUCED,
        Verdict.UNREACHED,
    )


@pytest.mark.parametrize("key", [*good(), *negatives()], ids=lambda key: ":".join(map(str, key)))
def test_what_is_right_runs_clean(key: Key, results: Results) -> None:
    result = results[key]
    assert clean(result, key), f"{result.verdict.value}: {result.message}\n{result.detail}"


@pytest.mark.parametrize("code", sorted({key[0] for key in good()}))
def test_a_site_of_every_good_example_is_reached(code: str, results: Results) -> None:
    assert any(results[key].executed for key in good() if key[0] == code)


def test_most_of_the_negative_fixtures_are_reached(results: Results) -> None:
    reached = [key for key in negatives() if results[key].executed]
    assert len(reached) >= len(negatives()) // 2
