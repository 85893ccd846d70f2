"""How paths are shown: relative to the current folder when they lie in it."""

from __future__ import annotations

import os


def shown(path: str) -> str:
    """`path` relative to the current folder if it lies below it, else as it is."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive, on Windows
        return path
    outside = relative == os.pardir or relative.startswith(os.pardir + os.sep)
    return path if outside else relative
