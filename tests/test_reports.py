"""Each form of the report, from findings made by hand."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

import jaxlint
from jaxlint.finding import Diagnostic, Edit, Finding, Fix, Hazard, Link, Span
from jaxlint.report import FORMATS, Report, writer
from jaxlint.report.record import (
    diagnostic_from,
    diagnostic_record,
    finding_from,
    finding_record,
)

SOURCE = """\
def body(c, x):
    return hk.Linear(4)(c), x
out, _ = jax.lax.scan(body, x, None, 2)
"""
LEAK = Finding(
    code="JAX101",
    name="haiku-tracer-leak",
    message="jax.lax.scan traces 'body', which creates parameters: 100% leak,\nuse hk.scan",
    span=Span("net.py", 3, 10, 3, 40),
    hazard=Hazard.LEAK,
    chain=(
        Link(Span("net.py", 3, 10, 3, 40), "jax.lax.scan(body, x, None, 2)", "traces body"),
        Link(Span("lib/deep.py", 2, 12, 2, 24), "hk.Linear(4)(c)", "creates parameters"),
    ),
    replacement="use hk.scan",
    fix=Fix("use hk.scan", (Edit(Span("net.py", 3, 10, 3, 22), "hk.scan"),), safe=True),
    facts={"transform": "jax.lax.scan", "effects": ("param",), "other": {1: object}},
)
ERROR = Finding(
    "JAX105", "n", "outside", Span("net.py", 1, 1, 2, 30), Hazard.ERROR, exception="ValueError"
)
TOLERATED = Finding("JAX103", "n", "vmap", Span("net.py", 1, 5, 1, 9), Hazard.TOLERATED)
UNREAD = Diagnostic("bad,1.py", 7, "syntax error: 'a'\nb")
BUDGET = Diagnostic("big.py", 1, "the analysis stopped early", fatal=False)


def written(form: str, *findings: Finding, verbose: bool = False) -> tuple[str, str]:
    report = Report(
        list(findings),
        [UNREAD, BUDGET],
        files=9,
        cached=4,
        suppressed=2,
        seconds=1.5,
        sources={"net.py": SOURCE},
    )
    out, errors = io.StringIO(), io.StringIO()
    writer(form)(report, out, errors, verbose)
    return out.getvalue(), errors.getvalue()


def test_text() -> None:
    out, errors = written("text", LEAK)
    assert out == (
        "net.py:3:10: JAX101 jax.lax.scan traces 'body', which creates parameters: "
        "100% leak, use hk.scan\n"
        " 3 | out, _ = jax.lax.scan(body, x, None, 2)\n"
        "   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "    line 3: traces body\n"
        "      lib/deep.py:2: creates parameters\n"
        "      | hk.Linear(4)(c)\n"
        "    hazard: leak, UnexpectedTracerError when a leaked value is used\n"
        "\n"
        "1 finding in 1 file (9 files checked, 2 suppressed by noqa, 1 could not be checked)\n"
    )
    assert errors.startswith("bad,1.py:7: error: syntax error")
    assert "big.py" not in errors


def test_text_names_the_replacement_if_the_message_does_not() -> None:
    out, _ = written("text", replace(LEAK, replacement="move jit outside"))
    assert "    instead: move jit outside\n" in out


def test_text_over_several_lines_and_with_an_exception() -> None:
    out, _ = written("text", ERROR)
    assert " 1 | def body(c, x):\n   | ^^^^^^^^^^^^^^^\n" in out
    assert " 2 |     return hk.Linear(4)(c), x\n   |     ^^^^^^^^^^^^^^^^^^^^^^^^^\n" in out
    assert "hazard: error, raises ValueError\n" in out


def test_text_of_a_long_finding_is_cut() -> None:
    long = Finding("JAX101", "n", "m", Span("long.py", 1, 1, 9, 2), Hazard.LEAK)
    report = Report([long], sources={"long.py": "f(\n" + "  x,\n" * 7 + ")\n"})
    out = io.StringIO()
    writer("text")(report, out, io.StringIO(), False)
    assert " 3 |   x,\n" in out.getvalue()
    assert " 4 |" not in out.getvalue()
    assert "   | ...\n" in out.getvalue()


def test_text_with_tabs_and_wide_characters_keeps_its_carets_in_place() -> None:
    source = "\tx = '日本' + f(y)\n"
    found = Finding("JAX101", "n", "m", Span("wide.py", 1, 13, 1, 17), Hazard.LEAK)
    out = io.StringIO()
    writer("text")(Report([found], sources={"wide.py": source}), out, io.StringIO(), False)
    code, carets = out.getvalue().splitlines()[1:3]
    assert code.endswith("    x = '日本' + f(y)")
    # Each of the two wide characters fills two columns of a terminal.
    assert carets.index("^") == code.index("f(y)") + 2


def test_verbose_shows_budgets_and_timing() -> None:
    out, errors = written("text", verbose=True)
    assert "big.py:1: note: the analysis stopped early" in errors
    assert "No findings (9 files checked" in out
    assert "1.50 s, 4 of 9 from the cache" in out


def test_a_terminal_gets_colours_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def printed() -> str:
        out = Terminal()
        writer("text")(Report([LEAK], sources={"net.py": SOURCE}), out, io.StringIO(), False)
        return out.getvalue()

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31mJAX101" in printed()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in printed()
    assert "\x1b[31m" not in printed()


def test_concise() -> None:
    out, errors = written("concise", LEAK, TOLERATED)
    first, second = out.splitlines()
    assert first.startswith("net.py:3:10: JAX101 jax.lax.scan traces 'body'")
    assert second == "net.py:1:5: JAX103 vmap"
    assert "bad,1.py:7: error" in errors


def test_json() -> None:
    out, errors = written("json", LEAK, ERROR)
    document = json.loads(out)
    assert errors == ""
    assert document["version"] == jaxlint.__version__
    assert document["summary"] == {
        "files": 9,
        "cached": 4,
        "findings": 2,
        "by_code": {"JAX101": 1, "JAX105": 1},
        "suppressed": 2,
        "errors": 1,
        "seconds": 1.5,
    }
    assert [d["fatal"] for d in document["diagnostics"]] == [True, False]
    first = document["findings"][0]
    assert first["path"] == "net.py"
    assert (first["line"], first["column"], first["end_column"]) == (3, 10, 40)
    assert first["chain"][1]["path"] == "lib/deep.py"
    assert first["facts"]["effects"] == ["param"]


def test_github() -> None:
    out, _ = written("github", LEAK, ERROR, TOLERATED)
    lines = out.splitlines()
    assert lines[0] == (
        "::error file=net.py,line=3,col=10,endLine=3,endColumn=39,title=JAX101 haiku-tracer-leak"
        "::JAX101 jax.lax.scan traces 'body', which creates parameters: 100%25 leak,%0Ause hk.scan"
    )
    assert lines[1].startswith("::error file=net.py,line=1,col=1,endLine=2,title=JAX105 n::")
    assert lines[2].startswith("::warning file=net.py,")
    assert lines[3] == "::error file=bad%2C1.py,line=7,title=jaxlint::syntax error: 'a'%0Ab"
    assert len(lines) == 4


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_can_be_empty(form: str) -> None:
    out, _ = written(form)
    assert "JAX" not in out


def test_records_lead_back() -> None:
    for finding in (LEAK, ERROR, TOLERATED):
        assert finding_from(json.loads(json.dumps(finding_record(finding)))) == finding
    assert diagnostic_from(diagnostic_record(UNREAD)) == UNREAD
