"""Edits in a text: order, overlap, line ends, columns."""

from __future__ import annotations

import pytest

from jaxlint.finding import Edit, Fix, Span
from jaxlint.fixes import apply_fixes


def fix(*edits: tuple[int, int, int, int, str]) -> Fix:
    """A fix of edits (line, column, end line, end column, text)."""
    spans = [(Span("a.py", *place), text) for *place, text in edits]
    return Fix("change", tuple(Edit(span, text) for span, text in spans))


def test_edits_of_several_fixes_in_any_order() -> None:
    later, earlier = fix((2, 1, 2, 4, "TWO")), fix((1, 1, 1, 4, "ONE"), (1, 5, 1, 5, "!"))
    assert apply_fixes("one \ntwo\n", [later, earlier]) == "ONE !\nTWO\n"


def test_of_overlapping_fixes_the_first_is_made_and_the_other_left_whole() -> None:
    first = fix((1, 3, 1, 8, "-"))
    second = fix((1, 1, 1, 2, "X"), (1, 7, 1, 9, "Y"))
    assert apply_fixes("abcdefghij", [first, second]) == "ab-hij"
    assert apply_fixes("abcdefghij", [second, first]) == "XbcdefYij"


@pytest.mark.parametrize("inner", [(1, 4, 1, 4, "+"), (1, 3, 1, 3, "+")])
def test_an_insertion_within_or_at_the_start_of_a_change_overlaps(
    inner: tuple[int, int, int, int, str],
) -> None:
    assert apply_fixes("abcdef", [fix((1, 3, 1, 6, "-")), fix(inner)]) == "ab-f"


def test_changes_that_only_touch_are_both_made() -> None:
    assert apply_fixes("abcdef", [fix((1, 1, 1, 3, "X")), fix((1, 3, 1, 5, "Y"))]) == "XYef"


def test_the_same_import_is_inserted_once() -> None:
    line = (1, 1, 1, 1, "import haiku as hk\n")
    fixes = [fix(line, (1, 1, 1, 2, "A")), fix(line, (1, 3, 1, 4, "C"))]
    assert apply_fixes("abc", fixes) == "import haiku as hk\nAbC"


def test_different_insertions_at_one_place_have_no_order() -> None:
    assert apply_fixes("ab", [fix((1, 2, 1, 2, "1")), fix((1, 2, 1, 2, "2"))]) == "a1b"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_stay_and_new_lines_get_them(newline: str) -> None:
    source = newline.join(["one", "two", "three", ""])
    expected = newline.join(["one", "new", "TWO", "three", ""])
    assert apply_fixes(source, [fix((2, 1, 2, 1, "new\n"), (2, 1, 2, 4, "TWO"))]) == expected


def test_columns_count_characters() -> None:
    assert apply_fixes("naïve 数 = f(x)", [fix((1, 11, 1, 12, "g"))]) == "naïve 数 = g(x)"


def test_a_form_feed_or_line_separator_ends_no_line() -> None:
    source = "a = '\u2028'\n\x0c\nb = 1\n"
    assert apply_fixes(source, [fix((3, 1, 3, 2, "c"))]) == "a = '\u2028'\n\x0c\nc = 1\n"


def test_a_byte_order_mark_counts_for_no_column() -> None:
    assert apply_fixes("\ufeffabc", [fix((1, 1, 1, 2, "X"))]) == "\ufeffXbc"


def test_a_change_over_lines() -> None:
    assert apply_fixes("f(\n  a,\n)\n", [fix((1, 2, 3, 2, "()"))]) == "f()\n"


@pytest.mark.parametrize("place", [(3, 1), (1, 9), (0, 1), (1, 0)])
def test_an_edit_outside_the_text_is_an_error(place: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="line"):
        apply_fixes("abc\n", [fix((*place, *place, "x"))])


def test_no_fixes_change_nothing() -> None:
    assert apply_fixes("a\r\nb\rc\x0c", []) == "a\r\nb\rc\x0c"
