"""`jaxlint clean`."""

from __future__ import annotations

import sys


def clean(folder: str) -> int:
    """Delete the cache in `folder`; returns the exit status."""
    from jaxlint.cache import remove

    try:
        removed = remove(folder)
    except (ValueError, OSError) as error:
        print(f"jaxlint: {error}", file=sys.stderr)
        return 2
    print(f"Deleted {folder}" if removed else f"No cache in {folder}")
    return 0
