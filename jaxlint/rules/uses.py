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


def step_of(seen: ResultMisuse | LinenResult) -> Step:
    """The link of the chain where the result is used."""
    node, file = seen.use or (seen.node, seen.file)
    return Step(node, file, seen.problem)
