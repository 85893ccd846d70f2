"""The counter-proof: the suggested fix, applied to a copy in memory, must cure the hazard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jaxlint.finding import Edit, Span
from jaxlint.verify import judge
from jaxlint.verify.model import DECISIVE, Evidence, Job, Level

if TYPE_CHECKING:
    from jaxlint.verify.worker import _Run


def offset(lines: list[str], line: int, column: int) -> int:
    """Character offset of a 1-based position in the text that `lines` (with ends) make up."""
    return sum(len(text) for text in lines[: line - 1]) + column - 1


def apply_edits(source: str, edits: tuple[Edit, ...], path: str) -> str:
    """`source` with the edits of `path` made. Raises ValueError when two overlap."""
    lines = source.splitlines(keepends=True)
    places = sorted(
        (
            offset(lines, e.span.line, e.span.column),
            offset(lines, e.span.end_line, e.span.end_column),
            e.text,
        )
        for e in edits
        if judge._same(e.span.path, path)
    )
    out, at = [], 0
    for first, last, text in places:
        if first < at:
            raise ValueError("overlapping edits")
        out += [source[at:first], text]
        at = last
    return "".join([*out, source[at:]])


def moved(span: Span, source: str, edits: tuple[Edit, ...]) -> Span:
    """Where the code at `span` is after the edits: they push it, and may change its length."""
    lines = source.splitlines(keepends=True)
    start = offset(lines, span.line, span.column)
    end = offset(lines, span.end_line, span.end_column)
    push = grow = 0
    for edit in edits:
        first = offset(lines, edit.span.line, edit.span.column)
        last = offset(lines, edit.span.end_line, edit.span.end_column)
        change = len(edit.text) - (last - first)
        if first < start:
            push += change
        elif last <= end:
            grow += change
    fixed = apply_edits(source, edits, span.path)
    line, column = position(fixed, start + push)
    end_line, end_column = position(fixed, end + push + grow)
    return replace(span, line=line, column=column, end_line=end_line, end_column=end_column)


def position(text: str, at: int) -> tuple[int, int]:
    """1-based line and column of the character offset `at`."""
    at = max(0, min(at, len(text)))
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def counterproof(
    job: Job, run: _Run, level: str, evidence: Evidence, seconds: float
) -> bool | None:
    """Whether the hazard is gone with the fix; None without a fix, time, or an answer."""
    fix = job.finding.fix
    if fix is None or seconds < 1 or level == Level.PATTERN.value:
        return None
    try:
        fixed = apply_edits(run.source, fix.edits, job.finding.span.path)
        compile(fixed, job.finding.span.path, "exec")
    except (ValueError, SyntaxError):
        return False
    span, *others = (moved(s, run.source, fix.edits) for s in (job.finding.span, *job.others))
    finding = replace(job.finding, span=span, chain=(), fix=None)
    seen = judge.deciding(job.finding, evidence)
    until = seen.phase.removesuffix(", its result used") if seen is not None else None
    after = run.level(
        level,
        seconds * 0.9,
        source=fixed,
        finding=finding,
        until=until,
        alone=run.alone,
        others=tuple(others),
    )
    if after.problem == "timeout" or not after.executed:
        return None
    before = judge.deciding(job.finding, evidence)
    same = before is not None and any(before.classes[0] == e.classes[0] for e in after.errors)
    if judge.verdict(finding, after) in DECISIVE or same or after.numbers:
        return False
    return after.clean > 0 or not after.errors
