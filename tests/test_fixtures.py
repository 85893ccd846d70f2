"""Every fixture: its marks, silenced by noqa, with imports respelled, with fixes applied."""

from __future__ import annotations

from collections import Counter

import pytest
import respell
from kit import Case, cases, check, mark_of, marks_in, with_noqa

from jaxlint.fixes import apply_fixes

every_file = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
every_spellable_file = pytest.mark.parametrize(
    # Names that are gone: what is found, and where, is a matter of spelling there.
    "case",
    [case for case in cases() if case.family != "leftovers"],
    ids=lambda case: case.name,
)
every_marked_file = pytest.mark.parametrize(
    "case", [case for case in cases() if case.marks], ids=lambda case: case.name
)


def report(lines: object) -> str:
    return "\n".join(str(line) for line in lines)  # type: ignore[attr-defined]


@every_file
def test_findings_are_the_marked_ones(case: Case) -> None:
    result = check(case)
    assert not result.diagnostics
    found = sorted(mark_of(finding) for finding in result.findings)
    assert report(found) == report(case.marks)


@every_marked_file
def test_noqa_silences_each_marked_line(case: Case) -> None:
    result = check(case, with_noqa(case))
    assert not result.diagnostics
    assert not result.findings
    assert not result.unused
    assert len(result.suppressed) == len(case.marks)


@pytest.mark.parametrize("spelling", [respell.by_module, respell.by_name])
@every_spellable_file
def test_findings_do_not_depend_on_import_spelling(case: Case, spelling: object) -> None:
    respelled = spelling(case.source)  # type: ignore[operator]
    result = check(case, respelled)
    assert not result.diagnostics
    found = sorted((finding.span.line, finding.code) for finding in result.findings)
    assert found == sorted((mark.line, mark.code) for mark in case.marks), respelled


@every_marked_file
def test_each_fix_silences_its_finding_and_raises_no_other(case: Case) -> None:
    findings = check(case).findings
    for index, finding in enumerate(findings):
        if finding.fix is None:
            continue
        source = apply_fixes(case.source, [finding.fix])
        result = check(case, source)
        assert not result.diagnostics, source
        others = Counter(f.code for f in findings[:index] + findings[index + 1 :])
        assert Counter(f.code for f in result.findings) <= others, source


@every_marked_file
def test_fixes_together_leave_what_has_none(case: Case) -> None:
    findings = check(case).findings
    unfixable = Counter(finding.code for finding in findings if finding.fix is None)
    source = case.source
    # Nested findings can have overlapping fixes, which take one round each.
    for _ in range(len(findings)):
        source = apply_fixes(source, [f.fix for f in findings if f.fix is not None])
        result = check(case, source)
        assert not result.diagnostics, source
        findings = result.findings
    assert not [finding for finding in findings if finding.fix is not None], source
    assert Counter(finding.code for finding in findings) <= unfixable, source


def test_every_positive_group_promises_something() -> None:
    groups = {case.group for case in cases() if not case.negative}
    assert groups - {case.group for case in cases() if case.marks} == set()


def test_negative_files_promise_nothing() -> None:
    assert [case.name for case in cases() if case.negative and case.marks] == []


def test_every_haiku_rule_has_four_files() -> None:
    files = Counter(code for case in cases() for code in {mark.code for mark in case.marks})
    rules = [f"JAX1{number:02}" for number in range(1, 13)]
    assert {code: files[code] for code in rules if files[code] < 4} == {}


def test_a_mark_reads_back_as_it_was_written() -> None:
    comment = "JAX101: 5-+2:20 leak, JAX105: 9-18 error(ValueError)"
    (first, second) = marks_in(f"x = 1\ny = 2  # {comment}\n")
    assert (first.line, first.end_line, first.end_column, first.hazard) == (2, 4, 20, "leak")
    assert (second.column, second.exception) == (9, "ValueError")


@pytest.mark.parametrize("comment", ["JAX101: 5 leak", "JAX101: 5-9 leaks", "JAX101:5-9 leak"])
def test_a_malformed_mark_is_an_error(comment: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        marks_in(f"x = 1  # {comment}\n")
