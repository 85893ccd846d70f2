"""Where a node stands in its file: parents, enclosing functions, loops, the uses of a callable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxlint.analysis.module import bound_names
from jaxlint.fixes.text import Text

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
_NAMING: dict[type, tuple[str, ...]] = {
    ast.Name: ("id",),
    ast.arg: ("arg",),
    ast.FunctionDef: ("name",),
    ast.AsyncFunctionDef: ("name",),
    ast.ClassDef: ("name",),
    ast.ExceptHandler: ("name",),
    ast.MatchAs: ("name",),
    ast.MatchStar: ("name",),
    ast.MatchMapping: ("rest",),
}
"""The fields by which a node uses or binds a name."""


@dataclass(frozen=True)
class Uses:
    """How a callable made at some place is called.

    calls: the call expressions of it. complete: there are no others. name: what it is bound to.
    """

    calls: tuple[ast.Call, ...]
    complete: bool
    name: str | None = None


class Tree:
    """A file's tree with the way up, and its text."""

    def __init__(self, file: ModuleFile) -> None:
        self.file = file
        self.text = Text(file.source)
        self._parents: dict[int, ast.AST] = {}
        for node in ast.walk(file.tree):
            for child in ast.iter_child_nodes(node):
                self._parents[id(child)] = node

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that `node` is a part of; None for the module and for nodes of other files."""
        return self._parents.get(id(node))

    def ancestors(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """From `node` up to the module: each ancestor, with the child that the way came from."""
        child, parent = node, self.parent(node)
        while parent is not None:
            yield parent, child
            child, parent = parent, self.parent(parent)

    def function(self, node: ast.AST) -> Scope | None:
        """The function in whose body `node` is evaluated; None for the module's or a class's.

        A decorator and a default belong to what surrounds their function.
        """
        for parent, child in self.ancestors(node):
            if isinstance(parent, ast.ClassDef):
                if child in parent.body:
                    return None
            elif isinstance(parent, ast.Lambda):
                if child is parent.body:
                    return parent
            elif isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if child in parent.body:
                    return parent
        return None

    def method(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The method in whose body `node` stands, functions nested in it included."""
        function = self.function(node)
        while function is not None:
            parent = self.parent(function)
            if isinstance(parent, ast.ClassDef) and not isinstance(function, ast.Lambda):
                return function
            function = self.function(function)
        return None

    def is_repeated(self, node: ast.AST) -> bool:
        """Whether a loop or comprehension of the function that runs `node` surrounds it."""
        for parent, child in self.ancestors(node):
            if isinstance(parent, FUNCTIONS) and child is not getattr(parent, "args", None):
                return False
            if isinstance(parent, _LOOPS):
                return True
        return False

    def is_in_fstring(self, node: ast.AST) -> bool:
        """Whether the node is part of an f-string, where old Pythons give no positions."""
        return any(isinstance(parent, ast.JoinedStr) for parent, _ in self.ancestors(node))

    def decorated(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function that the expression decorates."""
        parent = self.parent(node)
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return parent if node in parent.decorator_list else None
        return None

    def uses(self, node: ast.expr) -> Uses:
        """How the callable that the expression makes is called."""
        parent = self.parent(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            return Uses((parent,), True)
        function = self.decorated(node)
        if function is not None:
            if isinstance(self.parent(function), ast.ClassDef):
                return Uses(tuple(self._attribute_calls(function.name)), False, function.name)
            return self._uses_of_name(function.name, function)
        target: ast.expr | None = None
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
            target = parent.targets[0]
        elif isinstance(parent, (ast.AnnAssign, ast.NamedExpr)):
            target = parent.target
        if isinstance(target, ast.Name):
            return self._uses_of_name(target.id, node)
        if isinstance(target, ast.Attribute):
            return Uses(tuple(self._attribute_calls(target.attr)), False, target.attr)
        return Uses((), False)

    def _uses_of_name(self, name: str, bound_at: ast.AST) -> Uses:
        scope: ast.AST = self.function(bound_at) or self.file.tree
        # Other files may use what a module binds.
        calls, complete = [], scope is not self.file.tree or name.startswith("_")
        for node in ast.walk(scope):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                parent = self.parent(node)
                if isinstance(parent, ast.Call) and parent.func is node:
                    calls.append(parent)
                else:
                    complete = False
        return Uses(tuple(calls), complete, name)

    def is_free(self, name: str) -> bool:
        """Whether nothing in the file is called `name`."""
        return not any(
            name == getattr(node, field, None)
            for node in ast.walk(self.file.tree)
            for field in _NAMING.get(type(node), ())
        ) and not any(
            name in bound_names(node)
            for node in ast.walk(self.file.tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
        )

    def _attribute_calls(self, name: str) -> Iterator[ast.Call]:
        for node in ast.walk(self.file.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == name:
                    yield node

    def definition(self, node: ast.expr | None, within: ast.AST) -> Scope | None:
        """The function that an expression certainly names: a lambda, or the only def of a name."""
        if isinstance(node, ast.Lambda):
            return node
        if isinstance(node, ast.Name):
            name, method = node.id, False
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name, method = node.attr, True
        else:
            return None
        found: list[Scope] = []
        for other in ast.walk(self.file.tree):
            if isinstance(other, (ast.FunctionDef, ast.AsyncFunctionDef)) and other.name == name:
                if isinstance(self.parent(other), ast.ClassDef) is method:
                    found.append(other)
            elif isinstance(other, ast.Assign) and isinstance(other.value, ast.Lambda):
                if any(isinstance(t, ast.Name) and t.id == name for t in other.targets):
                    found.append(other.value)
        near = [f for f in found if self.function(f) is self.function(within)]
        if len(near) == 1:
            return near[0]
        return found[0] if len(found) == 1 else None
