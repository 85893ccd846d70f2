"""The use that makes a call's result a misuse, in messages and chains: JAX108, JAX202, JAX203."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jaxlint.analysis.effects import Step

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.analysis.observations import LinenResult, ResultMisuse


def at_line(use: tuple[ast.AST, ModuleFile] | None) -> str:
    """ " (line 51)" for a use that is not the flagged place itself."""
    return f" (line {getattr(use[0], 'lineno', 1)})" if use is not None else ""


def steps_of(seen: ResultMisuse | LinenResult, fact: str) -> list[Step]:
    """The links of the chain: what the flagged call gives, and where that is used otherwise."""
    if seen.use is None:
        return [Step(seen.node, seen.file, seen.problem)]
    return [Step(seen.node, seen.file, fact), Step(*seen.use, seen.problem)]
