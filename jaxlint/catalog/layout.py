"""How the data files are laid out: JSON that reads and diffs well."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 110
"""A value that fits within this column stays on one line; a longer one is opened up."""


def dumps(value: Any) -> str:
    """Return `value` as JSON text. What fits on a line stays on it; the top level never does."""
    return _render(value, indent=0, lead=0, force=True) + "\n"


def _render(value: Any, indent: int, lead: int, force: bool = False) -> str:
    """Render `value`, whose line has `lead` characters before it and whose parent has `indent`."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value:
        return flat
    if not force and indent + lead + len(flat) + 1 <= WIDTH:
        return flat
    inner = indent + 2
    pad = " " * inner
    if isinstance(value, dict):
        keys = [f"{json.dumps(key, ensure_ascii=False)}: " for key in value]
        lines = [
            pad + key + _render(item, inner, len(key))
            for key, item in zip(keys, value.values(), strict=True)
        ]
        return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
    lines = [pad + _render(item, inner, 0) for item in value]
    return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"
