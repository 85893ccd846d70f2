"""Making the edits of fixes in a text."""

from __future__ import annotations

from collections.abc import Iterable

from jaxlint.finding import Fix
from jaxlint.fixes.text import Text

_Change = tuple[int, int, str]


def apply_fixes(source: str, fixes: Iterable[Fix]) -> str:
    """`source` after the fixes, the earlier ones first in their order.

    A fix that overlaps one already taken is left out as a whole: look again at the new text for
    the rest. An insertion that two fixes make at the same place (an import) is made once. Line ends
    stay what they are, and inserted lines get them as well.

    source: the text that the fixes were computed from, with its line ends as they may be.
    Raises ValueError where an edit lies outside the text.
    """
    mark = "\ufeff" if source.startswith("\ufeff") else ""
    text = Text(source[len(mark) :])
    taken: list[_Change] = []
    for fix in fixes:
        changes = []
        for edit in fix.edits:
            span = edit.span
            start, end = text.at(span.line, span.column), text.at(span.end_line, span.end_column)
            change = (start, end, edit.text.replace("\n", text.newline))
            if not (start == end and change in taken):
                changes.append(change)
        if not any(_overlap(change, other) for change in changes for other in taken):
            taken.extend(changes)
    parts, position = [mark], 0
    for start, end, new in sorted(taken, key=lambda change: change[:2]):
        parts += [text.source[position:start], new]
        position = end
    return "".join([*parts, text.source[position:]])


def _overlap(a: _Change, b: _Change) -> bool:
    """Whether two changes meet; two that begin at one place have no order of their own."""
    return a[0] == b[0] or (a[0] < b[1] and b[0] < a[1])
