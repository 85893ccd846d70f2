"""The first look at a file: in microseconds, whether it can hold a finding at all."""

from __future__ import annotations

MARKERS = ("jax", "haiku", "flax")
"""A file that mentions none of them neither transforms nor uses Haiku or Flax."""

EFFECTS_MARKERS = ("haiku", "linen")
"""Somewhere within reach of a file there must be an effect for a finding to be possible."""


def may_matter(source: str) -> bool:
    """Whether the text can hold a finding; False is certain, True is not."""
    return any(marker in source for marker in MARKERS)
