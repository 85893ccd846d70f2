"""The report for a person: each finding with its line of code, its effect chain and what to write.

Lines are built as pieces of text with a style; only a terminal needs rich to print them.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator
from typing import TextIO

from jaxlint.finding import Finding, Hazard, Link, Span
from jaxlint.paths import shown
from jaxlint.report import Report, write_diagnostics

Line = list[tuple[str, str]]
"""A line of output: pieces of text, each with a rich style ("" for none)."""

_HAZARDS = {
    Hazard.LEAK: ("leak", "UnexpectedTracerError when a leaked value is used"),
    Hazard.ERROR: ("error", "raises {exception}"),
    Hazard.SILENT: ("silent", "wrong numbers, no error"),
    Hazard.TOLERATED: ("tolerated", "works today, outside the library's contract"),
}
_STYLES = {
    Hazard.LEAK: "bold red",
    Hazard.ERROR: "bold red",
    Hazard.SILENT: "bold magenta",
    Hazard.TOLERATED: "bold yellow",
}
_FRAME_LINES = 3
"""Lines of code shown of a finding that spans more."""


def write(report: Report, out: TextIO, errors: TextIO, verbose: bool) -> None:
    """Write the findings and a summary to `out`, the diagnostics to `errors`."""
    sources = _Sources(report.sources)
    show = _printer(out)
    for finding in report.findings:
        for line in finding_lines(finding, sources.line):
            show(line)
        show([])
    out.flush()
    write_diagnostics(report, errors, verbose)
    show([(_summary(report), "bold" if report.findings else "")])
    if verbose:
        show([(f"{report.seconds:.2f} s, {report.cached} of {report.files} from the cache", "dim")])


def finding_lines(finding: Finding, source: Callable[[str, int], str]) -> Iterator[Line]:
    """The lines that show one finding. `source(path, line)` gives a line of code, or ""."""
    span, style = finding.span, _STYLES[finding.hazard]
    width = len(str(min(span.end_line, span.line + _FRAME_LINES - 1)))
    place = f"{shown(span.path)}:{span.line}:{span.column}"
    message = " ".join(finding.message.split())
    yield [
        (place, f"bold link {_uri(span.path)}"),
        (": ", ""),
        (finding.code, style),
        (f" {message}", ""),
    ]
    yield from _frame(span, source, width, style)
    margin = " " * (width + 3)
    for number, link in enumerate(finding.chain):
        yield from _link(link, span, f"{margin}{'  ' * number}")
    if finding.code.startswith("JAX0"):
        return
    name, means = _HAZARDS[finding.hazard]
    means = means.format(exception=finding.exception or "an exception")
    yield [(f"{margin}hazard: ", "dim"), (name, style), (f", {means}", "")]
    if finding.replacement and finding.replacement not in message:
        yield [(f"{margin}instead: ", "dim"), (finding.replacement, "green")]


def _frame(span: Span, source: Callable[[str, int], str], width: int, style: str) -> Iterator[Line]:
    """The first lines of code of `span`, with carets below what it covers."""
    last = min(span.end_line, span.line + _FRAME_LINES - 1)
    for number in range(span.line, last + 1):
        code = source(span.path, number).rstrip()
        if not code:
            continue
        start = span.column - 1 if number == span.line else len(code) - len(code.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(code)
        yield [(f" {number:>{width}} | ", "dim"), (code.expandtabs(4), "")]
        indent, marked = _cells(code[:start]), max(_cells(code[:end]) - _cells(code[:start]), 1)
        yield [(f" {'':{width}} | ", "dim"), (" " * indent, ""), ("^" * marked, style)]
    if last < span.end_line:
        yield [(f" {'':{width}} | ", "dim"), ("...", "dim")]


def _link(link: Link, site: Span, margin: str) -> Iterator[Line]:
    """One step of the chain, with its code unless the frame shows it.

    The file is named where it is not the finding's own.
    """
    span, own = link.span, link.span.path == site.path
    place = f"line {span.line}" if own else f"{shown(span.path)}:{span.line}"
    yield [(margin, ""), (place, f"cyan link {_uri(span.path)}"), (f": {link.what}", "")]
    if not own or not site.line <= span.line < site.line + _FRAME_LINES:
        yield [(f"{margin}| ", "dim"), (" ".join(link.source.split()), "")]


def _summary(report: Report) -> str:
    found = len(report.findings)
    files = len({finding.span.path for finding in report.findings})
    text = f"{_count(found, 'finding')} in {_count(files, 'file')}" if found else "No findings"
    text += f" ({_count(report.files, 'file')} checked"
    if report.suppressed:
        text += f", {report.suppressed} suppressed by noqa"
    if report.fatal:
        text += f", {len(report.fatal)} could not be checked"
    return text + ")"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + "s" * (number != 1)


def _cells(text: str) -> int:
    """How many columns of a terminal `text` fills."""
    text = text.expandtabs(4)
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    marks = sum(unicodedata.combining(char) > 0 for char in text)
    return len(text) + wide - marks


def _uri(path: str) -> str:
    from pathlib import Path
    from urllib.parse import quote

    return "file://" + quote(Path(os.path.abspath(path)).as_posix())


def _printer(out: TextIO) -> Callable[[Line], None]:
    """How to print a line: with rich on a terminal, else as it is."""
    if not out.isatty():
        return lambda line: print("".join(text for text, _ in line).rstrip(), file=out)
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, soft_wrap=True)

    def show(line: Line) -> None:
        console.print(Text.assemble(*line))

    return show


class _Sources:
    """Lines of code, read from disk when they are first shown."""

    def __init__(self, given: dict[str, str]) -> None:
        self._lines = {path: text.split("\n") for path, text in given.items()}

    def line(self, path: str, number: int) -> str:
        """Line `number`, from 1, of the file; "" where there is none."""
        from jaxlint.analysis.module import SourceError, read_source

        if path not in self._lines:
            try:
                self._lines[path] = read_source(path).split("\n")
            except SourceError:
                self._lines[path] = []
        lines = self._lines[path]
        return lines[number - 1] if 0 < number <= len(lines) else ""
