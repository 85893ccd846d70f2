"""The documentation's files, as the tests of this folder read them."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from kit import Mark, mark_of, marks_in

from jaxlint.config import Options
from jaxlint.runner import Checker

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs"
sys.path.append(str(DOCS / "_ext"))  # for jaxlint_tables

HEADINGS = (
    "What it does",
    "Why it is bad",
    "What you see",
    "The effect chain",
    "Example",
    "Use instead",
    "When it is not reported",
    "Fix safety",
    "Measured",
)
"""The headings of every rule's page, in order."""

PAGES = tuple(sorted(path.parent for path in (DOCS / "rules").glob("*/index.md")))
BAD = tuple(page / "bad.py" for page in PAGES)
GOOD = tuple(page / "good.py" for page in PAGES)
EXAMPLES = tuple(sorted((DOCS / "examples").glob("*.py")))
GUIDES = tuple(sorted((DOCS / "examples").glob("*/*.py")))
OWN_HAIKU = tuple(
    path for path in sorted((DOCS / "own_haiku").glob("*.py")) if path.stem != "tiny_haiku"
)
"""The scripts that use the library of that folder."""
SILENT = tuple(sorted((HERE / "silent").glob("*.py")))
EXECUTED = (*BAD, *GOOD, *EXAMPLES, *GUIDES, *SILENT)
"""The files that are run."""

_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)


def name(path: Path) -> str:
    """The path below the top folder."""
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    """The content of a file."""
    return path.read_text(encoding="utf-8")


@cache
def sections(page: Path) -> dict[str, str]:
    """The text below each heading of the page in folder `page`, in order."""
    parts = re.split(r"^## (.+)\n", text(page / "index.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def blocks(markdown: str, info: str) -> list[str]:
    """The fenced blocks of that language."""
    return [m["body"] for m in _FENCE.finditer(markdown) if m["info"].strip() == info]


def marks(path: Path) -> list[Mark]:
    """The findings that the comments of a file promise."""
    return marks_in(text(path))


def found(path: Path, options: Options | None = None) -> list[Mark]:
    """What jaxlint finds in a file, as marks. The file must not give it any trouble."""
    result = Checker(options or Options()).check(str(path))
    assert not result.diagnostics
    return sorted(mark_of(finding) for finding in result.findings)
