"""The rules, one small file each. `load()` imports them all, so that they register themselves."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every rule module of this package (once: Python caches modules)."""
    for info in pkgutil.iter_modules(__path__):
        if info.ispkg or info.name == "registry":
            continue
        importlib.import_module(f"{__name__}.{info.name}")
