"""Small pieces of code for the analysis, each with a twin that differs in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jaxlint.analysis.engine import FileReport, analyse
from jaxlint.analysis.project import Project
from jaxlint.config import Options
from jaxlint.finding import Finding

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

HEADER = """\
import abc
import collections
import dataclasses
import functools
import typing

import haiku as hk
import jax
import jax.numpy as jnp


def impure(v):
    return v * hk.get_parameter("w", [3], init=jnp.ones)


def pure(v):
    return v * 2.0


"""
FOOTER = """

model = hk.transform_with_state(net)
"""


@dataclass(frozen=True)
class Case:
    """A snippet that defines `net`, with the word HOLE in it.

    With `flagged` in the hole it has one finding for each of `codes`, the first of them at an
    expression that begins with `at`; with `silent` there it has those of `otherwise`.
    """

    name: str
    text: str
    flagged: str = "impure"
    silent: str = "pure"
    codes: tuple[str, ...] = ("JAX101",)
    otherwise: tuple[str, ...] = ()
    at: str = "jax.lax.map("

    def source(self, filling: str) -> str:
        """The whole file, with `filling` in the hole."""
        assert "HOLE" in self.text
        return HEADER + self.text.strip("\n").replace("HOLE", filling) + FOOTER


@dataclass(frozen=True)
class Files:
    """A project in `root`."""

    root: Path

    def check(
        self, name: str = "net.py", source: str | None = None, options: Options | None = None
    ) -> FileReport:
        """Analyse the file `name`, with `source` in place of what it holds."""
        options = options or Options()
        return analyse(str(self.root / name), source, options=options, project=Project((), options))

    def path(self, name: str) -> str:
        """The absolute path of a file."""
        return str(self.root / name)


def project_in(root: Path, texts: Mapping[str, str]) -> Files:
    """The project that `texts` (by path below `root`) make."""
    (root / "pyproject.toml").touch()
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Files(root)


def codes(report: FileReport) -> tuple[str, ...]:
    """The codes of its findings, in order."""
    return tuple(finding.code for finding in report.findings)


def text_at(finding: Finding, source: str) -> str:
    """The source text of the finding's range."""
    span = finding.span
    lines = source.splitlines(keepends=True)[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "".join(lines)


def check_twins(case: Case, files: Files) -> None:
    """Both twins of the case, the flagged one first."""
    source = case.source(case.flagged)
    report = files.check(source=source)
    assert not report.diagnostics
    assert codes(report) == case.codes, source
    assert text_at(report.findings[0], source).startswith(case.at)
    source = case.source(case.silent)
    report = files.check(source=source)
    assert not report.diagnostics
    assert codes(report) == case.otherwise, source


def params(cases: Sequence[Case]) -> list[ParameterSet]:
    """The cases for `pytest.mark.parametrize`, each under its name."""
    assert len({case.name for case in cases}) == len(cases)
    return [pytest.param(case, id=case.name) for case in cases]
