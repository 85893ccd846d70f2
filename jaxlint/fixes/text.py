"""Source text by offsets: lines as Python counts them, columns in characters."""

from __future__ import annotations

import ast
import re

from jaxlint.finding import Edit, Span

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Text:
    """A source and where its lines start.

    Offsets count characters from 0. Python ends a line at LF, CR LF and CR only, where
    `str.splitlines` also ends it at form feeds and other separators.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = [0, *(match.end() for match in _NEWLINE.finditer(source))]

    @property
    def newline(self) -> str:
        """The line end in use: that of the first line."""
        match = _NEWLINE.search(self.source)
        return match.group() if match is not None else "\n"

    def at(self, line: int, column: int) -> int:
        """The offset of a place as a Span gives it (both from 1).

        Raises ValueError where the text has no such place.
        """
        if not 0 < line <= len(self.starts) or column < 1:
            raise ValueError(f"the text has no line {line}, column {column}")
        offset = self.starts[line - 1] + column - 1
        end = self.starts[line] if line < len(self.starts) else len(self.source)
        if offset > end:
            raise ValueError(f"line {line} has no column {column}")
        return offset

    def line(self, number: int) -> str:
        """A line with its end; numbers from 1."""
        end = self.starts[number] if number < len(self.starts) else len(self.source)
        return self.source[self.starts[number - 1] : end]

    def _of_byte(self, line: int, column: int) -> int:
        """The offset of a place as `ast` gives it: line from 1, column in UTF-8 bytes from 0."""
        text = self.line(line)
        if not text.isascii():
            column = len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
        return self.starts[line - 1] + column

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Where the node begins."""
        return self._of_byte(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        """One past where the node ends."""
        return self._of_byte(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            if self.starts[middle] <= offset:
                low = middle
            else:
                high = middle
        return low + 1, offset - self.starts[low] + 1

    def edit(self, path: str, start: int, end: int, text: str) -> Edit:
        """The edit that puts `text` in place of what lies between two offsets."""
        return Edit(Span(path, *self.place(start), *self.place(end)), text)
