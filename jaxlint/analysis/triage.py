"""The first look at a file: in microseconds, whether it can hold a finding at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxlint.analysis.project import Project

MARKERS = ("jax", "haiku", "flax")
"""A file that mentions none of them neither transforms nor uses Haiku or Flax."""
_MENTION = re.compile(f"(?<![A-Za-z])(?:{'|'.join(MARKERS)})")
"""At the start of a word: `mathjax` is none of them."""

EFFECTS_MARKERS = {"haiku": "haiku", "linen": "flax"}
"""Somewhere within reach of a file there must be an effect for a finding to be possible: the word
that every use of a library shows, and the library. Flax's own files define Linen, and do not use
it; those of Haiku (its tests) do."""


def may_matter(source: str) -> bool:
    """Whether the text can hold a finding; False is certain, True is not."""
    return any(marker in source for marker in MARKERS) and _MENTION.search(source) is not None


def has_effects(project: Project, path: str, source: str) -> bool:
    """Whether something within reach of the file may have effects."""
    return any(
        project.reaches(path, source, marker)
        for marker, library in EFFECTS_MARKERS.items()
        if library == "haiku" or project.name_of(path)[0].partition(".")[0] != library
    )
