"""Which findings to run: linted here, read from another tool's output, or named as PATH:LINE."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from jaxlint.config import Config
from jaxlint.discovery import find_files
from jaxlint.finding import Finding, Hazard, Span

LINE = re.compile(
    r"^(?P<path>[^\s:][^:]*|[A-Za-z]:[^:]+):(?P<line>\d+):(?:(?P<column>\d+):)?"
    r" *(?P<code>JAX\d{3})\b"
)
PLACE = re.compile(r"^(?P<path>.+\.pyw?):(?P<line>\d+)(?::(?P<column>\d+))?$")


@dataclass
class Collected:
    """Findings in order of place, and what could not be read (exit status 2)."""

    findings: list[Finding] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Files named as such that the configuration excludes, as `jaxlint check` does."""


@dataclass(frozen=True)
class Wanted:
    """One place of a report: all findings of `path` at `line`, or only those of `code`."""

    path: str
    line: int
    column: int = 1
    code: str | None = None


def from_paths(paths: Iterable[str], config: Config, jobs: int) -> Collected:
    """Lint files, folders, globs and PATH:LINE places."""
    out = Collected()
    whole: list[str] = []
    wanted: list[Wanted] = []
    for path in paths:
        place = PLACE.match(path)
        if place and not os.path.exists(path):
            wanted.append(Wanted(place["path"], int(place["line"])))
        else:
            whole.append(path)
    found = find_files(whole, config.exclude)
    out.problems += [f"{path}: no such file or folder" for path in found.missing]
    named = [path for path in whole if os.path.isfile(path)]
    out.left_out = [path for path in named if not find_files([path], config.exclude).files]
    linted = lint(found.files, config, jobs, out)
    out.findings += [f for fs in linted.values() for f in fs if config.shows(f)]
    _add(out, wanted, config)
    return _sorted(out)


def from_report(text: str, config: Config) -> Collected:
    """The findings that a report of flake8 or jaxlint (text, concise, JSON) names."""
    out = Collected()
    stripped = text.lstrip()
    if stripped.startswith(("{", "[")):
        try:
            _from_json(json.loads(stripped), out)
        except (ValueError, KeyError, TypeError) as error:
            out.problems.append(f"cannot read the report: {error}")
        return _sorted(out)
    wanted = []
    for line in text.splitlines():
        found = LINE.match(line.strip())
        if found:
            column = int(found["column"] or 1)
            wanted.append(Wanted(found["path"], int(found["line"]), column, found["code"]))
    _add(out, wanted, config)
    return _sorted(out)


def _from_json(data: object, out: Collected) -> None:
    from jaxlint.report.record import finding_from

    records = data.get("findings", []) if isinstance(data, dict) else data
    if not isinstance(records, list):
        raise ValueError("no list of findings in it")
    for record in records:
        try:
            out.findings.append(finding_from(record))
        except (KeyError, TypeError, ValueError) as error:
            out.problems.append(f"cannot read a finding of the report: {error!r}")


def lint(files: list[str], config: Config, jobs: int, out: Collected) -> dict[str, list[Finding]]:
    """Findings by path, those under `noqa` too; unreadable files go to `out.problems`."""
    from jaxlint.parallel import check_files

    linted: dict[str, list[Finding]] = {}
    for result in check_files(files, config.options, jobs):
        linted[result.path] = list(result.findings)
        out.problems += [f"{d.path}:{d.line}: {d.message}" for d in result.diagnostics if d.fatal]
    return linted


def _add(out: Collected, wanted: list[Wanted], config: Config) -> None:
    """Add the findings at the wanted places; what the linter does not see there is made up."""
    from jaxlint.runner import Checker

    checker = Checker(config.options)
    cache: dict[str, list[Finding]] = {}
    for want in wanted:
        if not os.path.isfile(want.path):
            out.problems.append(f"{want.path}: no such file")
            continue
        if want.path not in cache:
            result = checker.check(want.path)
            cache[want.path] = [*result.findings, *result.suppressed]
            out.problems += [
                f"{d.path}:{d.line}: {d.message}" for d in result.diagnostics if d.fatal
            ]
        here = [
            f for f in cache[want.path] if f.span.line == want.line and want.code in (None, f.code)
        ]
        if here:
            out.findings += here
        elif want.code is not None:
            out.findings.append(bare(want))
        else:
            out.problems.append(f"{want.path}:{want.line}: nothing is flagged there")


def bare(want: Wanted) -> Finding:
    """A finding of which only place and code are known; its hazard is the rule's first."""
    from jaxlint.rules.registry import all_rules

    rule = all_rules().get(want.code or "")
    hazard = rule.hazards[0] if rule is not None else Hazard.LEAK
    exception = rule.exceptions[0] if rule is not None and rule.exceptions else None
    span = Span(want.path, want.line, want.column, want.line, want.column)
    name = rule.name if rule is not None else ""
    return Finding(want.code or "", name, "", span, hazard, exception=exception)


def _sorted(out: Collected) -> Collected:
    unique = {(f.sort_key, f.span.end_line, f.span.end_column): f for f in out.findings}
    out.findings = sorted(unique.values(), key=lambda f: f.sort_key)
    return out


def read_report(name: str) -> str:
    """The text of a report file, `-` for standard input. Raises OSError."""
    if name == "-":
        return sys.stdin.read()
    with open(name, encoding="utf-8", errors="replace") as handle:
        return handle.read()
