"""The use that makes a call's result a misuse, in messages and chains: JAX108, JAX202, JAX203."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jaxlint.analysis.effects import Step

if TYPE_CHECKING:
    from jaxlint.analysis.observations import LinenResult, ResultMisuse


def at_line(seen: ResultMisuse | LinenResult) -> str:
    """Where the use is that is not the flagged place itself: `(line 51)`, `(loss.py:51)`."""
    if seen.use is None:
        return ""
    file, line = seen.use[1], getattr(seen.use[0], "lineno", 1)
    other = file.path != seen.file.path
    return f" ({os.path.basename(file.path)}:{line})" if other else f" (line {line})"


def steps_of(seen: ResultMisuse | LinenResult, fact: str) -> list[Step]:
    """The links of the chain: what the flagged call gives, and where that is used otherwise."""
    if seen.use is None:
        return [Step(seen.node, seen.file, seen.problem)]
    return [Step(seen.node, seen.file, fact), Step(*seen.use, seen.problem)]


def use_facts(seen: ResultMisuse | LinenResult) -> dict[str, int]:
    """What the verifier has to know: the line of the use, or into how many names it is unpacked."""
    facts = {"unpacked": seen.names} if seen.names else {}
    return facts if seen.use is None else {**facts, "used_at": getattr(seen.use[0], "lineno", 1)}
