"""The first look at a file's text."""

from __future__ import annotations

from pathlib import Path

import pytest
from kit import cases
from snippets import Files

from jaxlint.analysis import engine
from jaxlint.analysis.triage import may_matter


@pytest.mark.parametrize(
    "source",
    ["import jax\n", "import haiku as hk\n", "from mylib.haiku_layers import f\n", "# jax\n"],
)
def test_a_file_that_names_the_libraries_may_matter(source: str) -> None:
    assert may_matter(source)


@pytest.mark.parametrize("source", ["", "import numpy as np\n", "import ajx, hk\n"])
def test_a_file_that_names_none_of_them_does_not(source: str) -> None:
    assert not may_matter(source)


def test_no_fixture_with_a_finding_is_passed_over() -> None:
    marked = [case for case in cases() if case.marks]
    assert marked
    assert [case.name for case in marked if not may_matter(case.source)] == []


def test_a_file_that_does_not_matter_is_not_evaluated(
    empty: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise AssertionError("evaluated")

    monkeypatch.setattr(engine, "_evaluate", fail)
    assert not empty.check(source="import numpy\n").diagnostics
    with pytest.raises(AssertionError, match="evaluated"):
        empty.check(source="import jax, haiku\n")


def test_a_file_without_haiku_in_reach_is_not_evaluated(
    tmp_path: Path, files: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = files({"near.py": "import haiku\n", "far.py": "import jax\n"})  # type: ignore[operator]
    seen: list[str] = []
    monkeypatch.setattr(engine, "_evaluate", lambda report, *rest: seen.append(report.path))
    project.check("net.py", "import jax\nimport far\n")
    assert seen == []
    project.check("net.py", "import jax\nimport near\n")
    assert seen == [project.path("net.py")]


def test_a_file_that_does_not_matter_must_still_be_python(empty: Files) -> None:
    (diagnostic,) = empty.check(source="x = (\n").diagnostics
    assert diagnostic.fatal and diagnostic.message.startswith("syntax error")
