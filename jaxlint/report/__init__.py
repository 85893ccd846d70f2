"""What a run of `jaxlint check` found, and its forms: text, concise, json, github."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from jaxlint.finding import Diagnostic, Finding


@dataclass
class Report:
    """The outcome of a run, as it is to be shown.

    findings: those to show, in order. diagnostics: all. sources: the text of files that are not on
    disk (standard input), by path. suppressed: how many findings `noqa` covers.
    """

    findings: list[Finding] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: int = 0
    cached: int = 0
    suppressed: int = 0
    seconds: float = 0.0
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def by_code(self) -> dict[str, int]:
        """How many findings each code has."""
        return dict(sorted(Counter(finding.code for finding in self.findings).items()))

    @property
    def fatal(self) -> list[Diagnostic]:
        """The files that could not be analysed."""
        return [diagnostic for diagnostic in self.diagnostics if diagnostic.fatal]


Writer = Callable[[Report, TextIO, TextIO, bool], None]
"""Writes a report: to the first stream the findings, to the second what went wrong; and whether to
say more (diagnostics that are not fatal, timing)."""

FORMATS = ("text", "concise", "json", "github")


def writer(form: str) -> Writer:
    """The writer of one of `FORMATS`, imported when it is wanted."""
    import importlib

    write: Writer = importlib.import_module(f"jaxlint.report.{form}").write
    return write


def diagnostic_line(diagnostic: Diagnostic) -> str:
    """A diagnostic on one line."""
    level = "error" if diagnostic.fatal else "note"
    return f"{diagnostic.path}:{diagnostic.line}: {level}: {diagnostic.message}"


def write_diagnostics(report: Report, errors: TextIO, verbose: bool) -> None:
    """The diagnostics that are due, one a line."""
    for diagnostic in report.diagnostics:
        if diagnostic.fatal or verbose:
            print(diagnostic_line(diagnostic), file=errors)
