"""The fixture corpus: its files, what their comments promise, and what jaxlint says of them.

A mark stands in a comment on the line where a finding starts:
`# JAX101: 12-45 leak, JAX103: 9-18 tolerated`. Columns are 1-based and the end is exclusive, as in
`Span`; `12-+2:45` ends two lines further down; `error(ValueError)` names the exception.

The verifier's tests take their cases from here too: `cases()` gives every file with its marks, and
`Mark.hazard`/`Mark.exception` are what a run of the file has to show at `Mark.line`.
"""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jaxlint.config import Options
from jaxlint.finding import Finding
from jaxlint.runner import Checker, FileResult

FIXTURES = Path(__file__).parent / "fixtures"

_MARK = re.compile(
    r"(?P<code>JAX\d{3}): (?P<column>\d+)-(?:\+(?P<lines>\d+):)?(?P<end>\d+) "
    r"(?P<hazard>leak|silent|tolerated|error\((?P<exception>\w+)\))"
)
_LOOKS_LIKE_A_MARK = re.compile(r"JAX\d{3}\s*:")


@dataclass(frozen=True, order=True)
class Mark:
    """One promised finding."""

    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    hazard: str
    exception: str | None = None

    def __str__(self) -> str:
        lines = self.end_line - self.line
        end = f"+{lines}:{self.end_column}" if lines else str(self.end_column)
        hazard = f"error({self.exception})" if self.hazard == "error" else self.hazard
        return f"line {self.line}: {self.code}: {self.column}-{end} {hazard}"


@dataclass(frozen=True)
class Case:
    """A fixture file. `group` is the file, or the package that it is part of."""

    path: Path
    group: Path
    source: str
    marks: tuple[Mark, ...]

    @property
    def name(self) -> str:
        """The path below the fixtures' folder."""
        return self.path.relative_to(FIXTURES).as_posix()

    @property
    def family(self) -> str:
        """The folder below the fixtures' own: the library that the file is about."""
        return self.path.relative_to(FIXTURES).parts[0]

    @property
    def negative(self) -> bool:
        """Whether the file may promise nothing."""
        return "negative" in self.path.relative_to(FIXTURES).parts


def marks_in(source: str) -> list[Mark]:
    """The marks of `source` in order. Raises ValueError for a comment that only resembles one."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and _LOOKS_LIKE_A_MARK.search(token.string):
            line = token.start[0]
            for part in token.string.lstrip("# ").rstrip().split(", "):
                match = _MARK.fullmatch(part)
                if match is None:
                    raise ValueError(f"line {line}: not a mark: {token.string!r}")
                found.append(_mark(line, match))
    return sorted(found)


def _mark(line: int, match: re.Match[str]) -> Mark:
    return Mark(
        line=line,
        column=int(match["column"]),
        end_line=line + int(match["lines"] or 0),
        end_column=int(match["end"]),
        code=match["code"],
        hazard=match["hazard"].partition("(")[0],
        exception=match["exception"],
    )


def mark_of(finding: Finding) -> Mark:
    """The mark that would promise `finding`."""
    span = finding.span
    return Mark(
        line=span.line,
        column=span.column,
        end_line=span.end_line,
        end_column=span.end_column,
        code=finding.code,
        hazard=finding.hazard.value,
        exception=finding.exception if finding.hazard.value == "error" else None,
    )


@cache
def cases() -> tuple[Case, ...]:
    """Every fixture file, in order of path."""
    found = []
    for path in sorted(FIXTURES.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        found.append(Case(path, _group(path), source, tuple(marks_in(source))))
    return tuple(found)


def _group(path: Path) -> Path:
    group = path
    while (group.parent / "__init__.py").is_file():
        group = group.parent
    return group


def check(case: Case, source: str | None = None) -> FileResult:
    """What jaxlint says of the file, or of `source` in its place."""
    return Checker(Options()).check(str(case.path), source.encode() if source is not None else None)


def with_noqa(case: Case) -> str:
    """The source with each mark replaced by a `noqa` comment for its codes."""
    codes: dict[int, list[str]] = {}
    for mark in case.marks:
        codes.setdefault(mark.line, []).append(mark.code)
    lines = case.source.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(case.source).readline):
        line = token.start[0]
        if token.type == tokenize.COMMENT and line in codes:
            noqa = "# noqa: " + ",".join(dict.fromkeys(codes[line]))
            lines[line - 1] = lines[line - 1].replace(token.string, noqa)
    return "".join(lines)
