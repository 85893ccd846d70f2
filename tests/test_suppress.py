"""`noqa` means here what it means to flake8; and the unneeded ones are found."""

from __future__ import annotations

import pytest

from jaxlint.finding import Finding, Hazard, Span
from jaxlint.suppress import NoqaComments, lines_of, may_name_our_codes


def finding(line: int, code: str = "JAX101") -> Finding:
    return Finding(code, "name", "message", Span("a.py", line, 1, line, 2), Hazard.LEAK)


def comments(source: str) -> NoqaComments:
    return NoqaComments("a.py", lines_of(source))


@pytest.mark.parametrize(
    ("line", "covered"),
    [
        ("f(x)  # noqa", True),
        ("f(x)  # NOQA", True),
        ("f(x)  # noqa: JAX101", True),
        ("f(x)  # noqa:JAX101", True),
        ("f(x)  # noqa: E501,JAX101", True),
        ("f(x)  # noqa: E501 JAX101 because", True),
        ("f(x)  # noqa: JAX1", True),
        ("f(x)  # noqa: JAX102", False),
        ("f(x)  # noqa: E501", False),
        ("f(x)  # noqa: jax101", False),
        ("f(x)  #noqa", False),
        ("f(x)", False),
    ],
)
def test_the_forms_of_the_comment(line: str, covered: bool) -> None:
    assert comments(line + "\n").covers(finding(1)) is covered


def test_a_line_in_brackets_counts_for_itself_only() -> None:
    source = "f(\n    x,  # noqa: JAX101\n    y,\n)\n"
    assert [line for line in (1, 2, 3, 4) if comments(source).covers(finding(line))] == [2]


def test_the_end_of_a_long_string_counts_for_all_its_lines() -> None:
    source = 'f("""one\ntwo\n""")  # noqa: JAX101\ng(x)\n'
    assert [line for line in (1, 2, 3, 4) if comments(source).covers(finding(line))] == [1, 2, 3]


@pytest.mark.parametrize(
    ("source", "covered"),
    [
        ("x = 1\n# flake8: noqa\n", True),
        ("# flake8=noqa\n", True),
        ("x = 1  # flake8: noqa\n", False),
        ("# noqa\nx = 1\n", False),
    ],
)
def test_the_whole_file(source: str, covered: bool) -> None:
    assert comments(source).covers_file() is covered


def unused(
    source: str, *findings: Finding, off: tuple[str, ...] = ()
) -> list[tuple[int, int, str]]:
    found = comments(source).unused(findings, off)
    assert {f.code for f in found} <= {"JAX001"}
    return [(f.span.line, f.span.column, f.message.split("'")[1]) for f in found]


class TestUnused:
    def test_a_code_that_covers_nothing(self) -> None:
        assert unused("x = 1\nf(x)  # noqa: JAX101\n") == [(2, 15, "noqa: JAX101")]

    def test_a_code_that_covers_something(self) -> None:
        assert unused("f(x)  # noqa: JAX101\n", finding(1)) == []
        assert unused("f(x)  # noqa: JAX1\n", finding(1)) == []

    def test_only_the_needless_one_of_several(self) -> None:
        source = "f(x)  # noqa: E501, JAX102, JAX101\n"
        assert unused(source, finding(1)) == [(1, 21, "noqa: JAX102")]

    def test_its_span_is_the_code(self) -> None:
        [found] = comments("f(x)  # noqa: JAX101\n").unused([])
        assert (found.span.column, found.span.end_column) == (15, 21)

    def test_a_finding_on_another_line_with_the_same_text(self) -> None:
        source = "f(x)  # noqa: JAX101\nf(x)  # noqa: JAX101\n"
        assert unused(source, finding(2)) == [(1, 15, "noqa: JAX101")]

    def test_a_comment_on_another_line_of_the_statement(self) -> None:
        assert unused("f(\n    x,  # noqa: JAX101\n)\n", finding(1)) == [(2, 17, "noqa: JAX101")]

    def test_a_comment_at_the_end_of_a_long_string(self) -> None:
        assert unused('f("""one\n""")  # noqa: JAX101\n', finding(1)) == []

    def test_text_that_is_no_comment(self) -> None:
        assert unused("x = 'f(x)  # noqa: JAX101'\n") == []

    def test_codes_of_others_and_a_bare_noqa(self) -> None:
        assert unused("f(x)  # noqa: E501\nf(x)  # noqa\n") == []

    def test_rules_that_are_off(self) -> None:
        source = "f(x)  # noqa: JAX103\nf(x)  # noqa: JAX1\nf(x)  # noqa: JAX102\n"
        assert unused(source, off=("JAX103",)) == [(3, 15, "noqa: JAX102")]

    def test_our_own_codes(self) -> None:
        assert unused("f(x)  # noqa: JAX001\n") == []

    def test_a_file_that_cannot_be_tokenized(self) -> None:
        assert unused("f(  # noqa: JAX101\n") == []


def test_the_quick_test_lets_every_form_through() -> None:
    assert may_name_our_codes("f(x)  # NoQA:E501,JAX101\n")
    assert not may_name_our_codes("f(x)  # noqa\nJAX101 = 1\n")


def test_only_a_line_feed_ends_a_line() -> None:
    assert lines_of("a\x0cb\x1cc\nd") == ["a\x0cb\x1cc\n", "d"]
