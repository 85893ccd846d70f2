"""The arguments of a call, and the parameters that they meet."""

from __future__ import annotations

import ast

from jaxlint.analysis.linen_values import LiftedClass, LiftedFunction, LinenMethod
from jaxlint.analysis.transformed import (
    Lifted,
    PairFunction,
    Transformed,
)
from jaxlint.analysis.values import (
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    Instance,
    LibraryMethod,
    Partial,
    Value,
)

PASSABLE = (
    Function,
    Class,
    Instance,
    Bound,
    Partial,
    LibraryMethod,
    Transformed,
    Lifted,
    PairFunction,
    LinenMethod,
    LiftedClass,
    LiftedFunction,
)
"""Values that may be called: an argument that is one of them makes a call worth its own look."""


class Args:
    """The arguments of a call.

    open: there may be more positional arguments than are known; open_keywords likewise.
    rest: what the further arguments are. nodes, keyword_nodes: the expressions, where known.
    """

    __slots__ = (
        "keyword_nodes",
        "keywords",
        "nodes",
        "open",
        "open_keywords",
        "positional",
        "rest",
    )

    def __init__(
        self,
        positional: list[Value],
        keywords: dict[str, Value] | None = None,
        open: bool = False,
        open_keywords: bool = False,
        rest: Value = UNKNOWN,
        nodes: list[ast.expr | None] | None = None,
        keyword_nodes: dict[str, ast.expr] | None = None,
    ) -> None:
        self.positional = positional
        self.keywords = keywords if keywords is not None else {}
        self.open = open
        self.open_keywords = open_keywords
        self.rest = rest
        self.nodes = nodes if nodes is not None else []
        self.keyword_nodes = keyword_nodes if keyword_nodes is not None else {}

    def get(self, position: int | None, keyword: str | None) -> Value | None:
        """The argument at `position` or under `keyword`."""
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return self.keywords.get(keyword) if keyword is not None else None

    def node(self, position: int | None, keyword: str | None) -> ast.expr | None:
        """The expression of the argument at `position` or under `keyword`."""
        if position is not None and position < len(self.nodes):
            return self.nodes[position]
        return self.keyword_nodes.get(keyword) if keyword is not None else None

    @property
    def values(self) -> list[Value]:
        """All argument values."""
        return [*self.positional, *self.keywords.values()]

    @property
    def traced(self) -> bool:
        """Whether one of the arguments is traced."""
        if (self.open or self.open_keywords) and self.rest.traced:
            return True
        for value in self.positional:
            if value.traced:
                return True
        return any(value.traced for value in self.keywords.values())


class Parameters:
    """What a function's signature declares, worked out once."""

    __slots__ = ("annotations", "keyword_only", "names", "spec")

    def __init__(self, spec: ast.arguments) -> None:
        self.spec = spec
        self.names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
        self.keyword_only = [a.arg for a in spec.kwonlyargs]
        self.annotations = {
            a.arg: a.annotation
            for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)
            if a.annotation is not None
        }


def joined(partial: Partial, args: Args) -> Args:
    """The arguments of a call of a partial, its own ones first."""
    return Args(
        [*partial.args, *args.positional],
        {**partial.kwargs, **args.keywords},
        args.open,
        args.open_keywords,
        args.rest,
        [*(None for _ in partial.args), *args.nodes],
        args.keyword_nodes,
    )


def without_first(args: Args) -> Args:
    """The arguments after the first, which is the receiver."""
    return Args(
        args.positional[1:],
        args.keywords,
        args.open,
        args.open_keywords,
        args.rest,
        args.nodes[1:],
        args.keyword_nodes,
    )


def is_true(value: Value | None) -> bool | None:
    """The truth of a flag argument; None where it is not a constant."""
    return bool(value.value) if isinstance(value, Const) else None
