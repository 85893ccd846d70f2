"""Workflow commands that GitHub Actions turns into annotations.

The form and the escapes are those of GitHub's "Workflow commands for GitHub Actions" and of
`actions/toolkit`, `packages/core/src/command.ts`.
"""

from __future__ import annotations

from typing import TextIO

from jaxlint.finding import Diagnostic, Finding, Hazard
from jaxlint.paths import shown
from jaxlint.report import Report


def write(report: Report, out: TextIO, errors: TextIO, verbose: bool) -> None:
    """Write one command a finding, and one a diagnostic, to `out`: the runner reads no other."""
    for finding in report.findings:
        print(_finding(finding), file=out)
    for diagnostic in report.diagnostics:
        if diagnostic.fatal or verbose:
            print(_diagnostic(diagnostic), file=out)


def _finding(finding: Finding) -> str:
    span = finding.span
    place = {"line": span.line, "col": span.column, "endLine": span.end_line}
    if span.end_line == span.line:  # a last column of another line is refused
        place["endColumn"] = max(span.end_column - 1, span.column)
    level = "warning" if finding.hazard is Hazard.TOLERATED else "error"
    title = f"{finding.code} {finding.name}"
    return _command(level, span.path, place, title, f"{finding.code} {finding.message}")


def _diagnostic(diagnostic: Diagnostic) -> str:
    level = "error" if diagnostic.fatal else "notice"
    place = {"line": diagnostic.line}
    return _command(level, diagnostic.path, place, "jaxlint", diagnostic.message)


def _command(level: str, path: str, place: dict[str, int], title: str, message: str) -> str:
    path = shown(path).replace("\\", "/")
    properties = {"file": path, **place, "title": title}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{level} {written}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
