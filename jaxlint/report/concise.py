"""`path:line:column: CODE message`, one finding a line, as flake8 prints it."""

from __future__ import annotations

from typing import TextIO

from jaxlint.finding import Finding
from jaxlint.paths import shown
from jaxlint.report import Report, write_diagnostics


def line(finding: Finding) -> str:
    """The finding on one line."""
    span = finding.span
    message = " ".join(finding.message.split())
    return f"{shown(span.path)}:{span.line}:{span.column}: {finding.code} {message}"


def write(report: Report, out: TextIO, errors: TextIO, verbose: bool) -> None:
    """Write the findings to `out`, the diagnostics to `errors`."""
    for finding in report.findings:
        print(line(finding), file=out)
    write_diagnostics(report, errors, verbose)
