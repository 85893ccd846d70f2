"""What jaxlint reports: a finding, the effect chain that proves it, its hazard and its fix."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Hazard(str, Enum):
    """What the misuse does at run time."""

    LEAK = "leak"
    """UnexpectedTracerError, when the leaked value is used."""
    ERROR = "error"
    """Another exception, named by `Finding.exception`."""
    SILENT = "silent"
    """Wrong numbers without an error."""
    TOLERATED = "tolerated"
    """Works on the measured versions, outside the library's contract."""


@dataclass(frozen=True)
class Span:
    """A range of source text. Lines and columns are 1-based; `end_column` is one past the end."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Link:
    """One step of an effect chain: where it is, the source text there, and what happens."""

    span: Span
    source: str
    what: str


EffectChain = tuple[Link, ...]
"""The call path from the transform (first) to the effect (last)."""


@dataclass(frozen=True)
class Edit:
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True)
class Fix:
    """A text change that removes the finding. `safe`: it keeps what the program computes."""

    description: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True)
class Finding:
    """One misuse at one place.

    `facts` holds what the rule knows beyond the message, by field name of the rule's own choice
    (`transform`, `callee`, `effects`, `replacement`); the verifier and the fixes read it.
    """

    code: str
    name: str
    message: str
    span: Span
    hazard: Hazard
    chain: EffectChain = ()
    exception: str | None = None
    replacement: str | None = None
    fix: Fix | None = None
    facts: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Order of report: by path, line, column, code."""
        return (self.span.path, self.span.line, self.span.column, self.code)


@dataclass(frozen=True)
class Diagnostic:
    """A file that could not be (wholly) analysed: why, and what to do about it.

    `fatal` says that the file was not read at all (exit status 2 of the command line).
    """

    path: str
    line: int
    message: str
    fatal: bool = True
