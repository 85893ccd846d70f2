"""Flax Linen: the bad examples of its rules show what is declared, the good ones nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jaxlint.config import Options
from jaxlint.finding import Finding, Hazard
from jaxlint.runner import Checker
from jaxlint.verify import linen
from jaxlint.verify.model import Result, Verdict

pytest.importorskip("flax")

RULES = Path(__file__).resolve().parents[2] / "docs" / "rules"
BAD = sorted(RULES.glob("JAX[239]*/bad.py"))


def finding(path: Path, code: str) -> Finding:
    (one,) = [f for f in Checker(Options()).check(str(path)).findings if f.code == code]
    return one


def without_main(path: Path, folder: Path) -> Path | None:
    """A copy that calls nothing itself, where the flagged code is in a module's method."""
    source = path.read_text()
    flagged = finding(path, path.parent.name).span.line
    kept = []
    for node in ast.parse(source).body:
        main = isinstance(node, ast.If) or getattr(node, "name", "") == "main"
        if main and node.lineno <= flagged <= (node.end_lineno or 0):
            return None
        if main:
            kept.append(node)
    lines = source.splitlines(keepends=True)
    copy = folder / f"{path.parent.name.lower()}.py"
    first = min(node.lineno for node in kept)
    copy.write_text("".join(lines[: first - 1]))
    return copy


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, verify: Callable[..., list[Result]]
) -> dict[tuple[str, str], Result]:
    folder = tmp_path_factory.mktemp("linen")
    jobs = {(path.parent.name, "own-calls"): finding(path, path.parent.name) for path in BAD}
    for path in BAD:
        copy = without_main(path, folder)
        if copy is not None:
            found = jobs[(path.parent.name, "own-calls")]
            moved = replace(found, span=replace(found.span, path=str(copy)), chain=())
            jobs[(path.parent.name, "synthesised")] = moved
    return dict(zip(jobs, verify(list(jobs.values())), strict=True))


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.parent.name)
@pytest.mark.parametrize("level", ["own-calls", "synthesised"])
def test_the_bad_example_is_true(
    path: Path, level: str, results: dict[tuple[str, str], Result]
) -> None:
    result = results.get((path.parent.name, level))
    if result is None:
        pytest.skip("the flagged line is in main itself")
    tolerated = result.finding.hazard is Hazard.TOLERATED
    expected = Verdict.CONTRACT if tolerated else Verdict.CONFIRMED
    assert (result.verdict, result.level) == (expected, level), result.detail
    if tolerated:
        assert result.exception == "JaxTransformError"


def test_streams_are_read_from_the_text() -> None:
    text = "make_rng('noise')\nnn.Dropout(0.1, rng_collection=\"mask\")\nrngs={'params': k, 'z': k}"
    assert linen.streams_in(text) == ("noise", "mask", "params", "z")
