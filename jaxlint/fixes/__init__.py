"""Fixes: the text edits that put a finding right, where an edit can.

`with_fixes` gives each finding of a file its fix, `fix_for` answers for one observation, and
`apply_fixes` makes the edits. A fix is there only where the edit is mechanical and what it leads to
was measured; everywhere else the finding has none.
"""

from __future__ import annotations

from jaxlint.fixes.apply import apply_fixes
from jaxlint.fixes.choose import fix_for, with_fixes

__all__ = ["apply_fixes", "fix_for", "with_fixes"]
