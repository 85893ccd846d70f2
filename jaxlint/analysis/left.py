"""What the search for left-overs of older versions saw."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxlint.analysis.observations import Observation

if TYPE_CHECKING:
    from jaxlint.catalog.removed import Removed


@dataclass
class RemovedName(Observation):
    """A name that is gone, where it is imported or read. `error`: what Python raises there.

    node: the alias, the import statement (of a module that is gone), or the attribute. statement:
    the import statement; None for an attribute. origin: what the first name of an attribute chain
    stands for.
    """

    entry: Removed
    error: str
    statement: ast.Import | ast.ImportFrom | None = None
    origin: str | None = None


@dataclass
class PreLinen(Observation):
    """An idiom of Flax before Linen. `idiom` is a key of prelinen.json; `named` what it is about.

    error: what the line raises, with `flax.linen` in the place of `flax.nn`. old: the file imports
    `flax.nn`, so that it has to be put there first.
    """

    idiom: str
    named: str
    error: str
    old: bool = False


@dataclass
class FrozenLeftover(Observation):
    """A method that only FrozenDict has, on the plain dict that `origin` gives."""

    method: str
    owner: str
    origin: ast.AST
    error: str
