"""What the messages say, and how long they are."""

from __future__ import annotations

import re

import pytest
from applications import Application, applications
from kit import Case, cases, check
from snippets import Files

from jaxlint import catalog
from jaxlint.finding import Finding, Hazard

LIMIT = 300
APPLICATIONS = applications()
ROWS = ("param-create", "rng-later", "state-read", "state-write-data")
MARKED = [case for case in cases() if case.marks]


def assert_reads_well(finding: Finding) -> None:
    message = finding.message
    assert len(message) <= LIMIT
    assert message == " ".join(message.split())
    assert not message.endswith(".")
    for left_over in ("<", "'None'", "Unknown", "UNKNOWN"):
        assert left_over not in message


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda each: each.name)
def test_a_raw_transform_is_named_with_its_callee_the_line_and_the_replacement(
    application: Application, empty: Files
) -> None:
    for row in ROWS:
        source = application.source(row)
        lines = source.splitlines()
        for finding in empty.check(source=source).findings:
            assert_reads_well(finding)
            if finding.code == "JAX904":
                continue  # the transform itself is gone
            message = finding.message
            assert finding.facts["transform"] in message
            assert repr(finding.facts["callee"]) in message
            assert finding.replacement and message.endswith(finding.replacement)
            (place,) = re.findall(r"\((hk\.\w+|x), line (\d+)\)", message)
            assert place[0] in lines[int(place[1]) - 1]
            last = finding.chain[-1]
            assert (last.span.line, last.source) == (
                int(place[1]),
                lines[int(place[1]) - 1].strip(),
            )


@pytest.mark.parametrize("case", MARKED, ids=lambda case: case.name)
def test_the_findings_of_the_fixtures_read_well(case: Case) -> None:
    findings = check(case).findings
    assert findings
    for finding in findings:
        assert_reads_well(finding)
        assert finding.replacement
        assert finding.chain
        first = finding.chain[0].span
        assert (first.path, first.line) == (finding.span.path, finding.span.line)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("error:TypeError", "it raises TypeError; "),
        ("error-under-jit:TypeError", "it raises TypeError where the root is jitted; "),
    ],
)
def test_a_measured_exception_is_named(
    word: str, said: str, empty: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "hazard", lambda *_: word)
    application = next(a for a in APPLICATIONS if a.name.startswith("jax.vmap"))
    (finding,) = empty.check(source=application.source("param-create")).findings
    assert (finding.code, finding.hazard, finding.exception) == (
        "JAX101",
        Hazard.ERROR,
        "TypeError",
    )
    assert said in finding.message
