"""What FrozenDict could do and the plain dict that Linen's `init` returns now cannot."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jaxlint.analysis.flax_classes import FlaxClasses
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.guards import is_guarded
from jaxlint.analysis.left import FrozenLeftover
from jaxlint.analysis.scopes import FUNCTIONS

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.analysis.scopes import Scopes

MARKS = re.compile(
    r"\.(?:unfreeze|pretty_repr)\s*\("
    r"|\.copy\s*\(\s*[^)\s]"
    r"|,[^=\n]*=[^\n]*\.pop\s*\("
)
"""What the text of such a call looks like."""
SWITCH = "flax_return_frozendict"
"""The setting that brings FrozenDict back: a file that mentions it decides for itself."""
MAX_DEPTH = 12
VARIABLES, OUTPUT_FIRST = "variables", "output first"
"""The value of `init`; of `init_with_output` and of `apply(..., mutable=...)`."""


def sites(
    nodes: Iterator[tuple[ast.AST, list[ast.AST]]], file: ModuleFile, scopes: Scopes
) -> Iterator[FrozenLeftover]:
    """Every such call among the nodes; each comes with the way down to it."""
    if SWITCH in file.source:
        return
    values = Values(FlaxClasses(file, scopes))
    for node, path in nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        error = _error(node, node.func.attr, path)
        if error is None:
            continue
        origin = values.plain_dict(node.func.value, path)
        if origin is not None and not is_guarded(path, scopes):
            owner = ast.unparse(node.func.value)
            frame = Frame(file, file.env)
            yield FrozenLeftover(node, file, frame, node.func.attr, owner, origin, error)


def _error(node: ast.Call, method: str, path: Sequence[ast.AST]) -> str | None:
    """What the call raises on a dict; None if a dict takes it."""
    if method in ("unfreeze", "pretty_repr"):
        return "AttributeError"
    if method == "copy" and (node.args or node.keywords):
        return "TypeError"
    if method == "pop" and len(node.args) == 1 and not node.keywords:
        parent = path[-2]
        if isinstance(parent, ast.Assign) and all(
            isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) == 2
            for target in parent.targets
        ):
            return "ValueError"
    return None


class Values:
    """Which expressions certainly are what Linen's `init` or `apply` gave."""

    def __init__(self, classes: FlaxClasses) -> None:
        self.classes = classes
        self.scopes = classes.scopes

    def plain_dict(self, node: ast.expr, path: Sequence[ast.AST], depth: int = 0) -> ast.AST | None:
        """The call that made the dict of variables (or a part of it) that `node` is."""
        levels = 0
        while isinstance(node, ast.Subscript) and levels < 2:
            if not isinstance(node.slice, ast.Constant) or not isinstance(node.slice.value, str):
                return None
            node, levels = node.value, levels + 1
        if isinstance(node, ast.Call):
            return node if self.result(node, path, depth) == VARIABLES else None
        if not isinstance(node, ast.Name) or depth > MAX_DEPTH:
            return None
        origin: ast.AST | None = None
        for value, part in self._assigned(node.id, path):
            made: ast.AST | None = None
            if value is not None and part is None:
                made = self.plain_dict(value, path, depth + 1)
            elif isinstance(value, ast.Call) and part == 1:
                made = value if self.result(value, path, depth) == OUTPUT_FIRST else None
            if made is None:
                return None
            origin = origin or made
        return origin

    def result(self, call: ast.Call, path: Sequence[ast.AST], depth: int = 0) -> str | None:
        """What the call of a module's method gives."""
        function = call.func
        if isinstance(function, ast.Call) and len(function.args) >= 1:
            if self.scopes.dotted(function.func, path) != "jax.jit":
                return None
            function = function.args[0]
        if not isinstance(function, ast.Attribute):
            return None
        if not self._is_instance(function.value, path, depth):
            return None
        if function.attr in ("init", "lazy_init"):
            return VARIABLES
        if function.attr == "init_with_output":
            return OUTPUT_FIRST
        mutable = next((k.value for k in call.keywords if k.arg == "mutable"), None)
        if function.attr == "apply" and isinstance(mutable, (ast.List, ast.Tuple)):
            return OUTPUT_FIRST
        return None

    def _is_instance(self, node: ast.expr, path: Sequence[ast.AST], depth: int) -> bool:
        if isinstance(node, ast.Call):
            found = self.classes.of(node.func, path)
            return found is not None and not found.old
        if not isinstance(node, ast.Name) or depth > MAX_DEPTH:
            return False
        assigned = self._assigned(node.id, path)
        return bool(assigned) and all(
            value is not None and part is None and self._is_instance(value, path, depth + 1)
            for value, part in assigned
        )

    def _assigned(
        self, name: str, path: Sequence[ast.AST]
    ) -> list[tuple[ast.expr | None, int | None]]:
        """Every value that the name's scope gives it, and which element of the value it is.

        (None, None) stands for a value that is not told; where there is one, nothing is certain.
        """
        scope = self._scope(name, path)
        if scope is None:
            return []
        found: list[tuple[ast.expr | None, int | None]] = []
        for node in _own_nodes(scope):
            if not isinstance(node, ast.Assign):
                continue
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    found.append((node.value, None))
                elif isinstance(target, (ast.Tuple, ast.List)):
                    for place, element in enumerate(target.elts):
                        if isinstance(element, ast.Name) and element.id == name:
                            found.append(_element(node.value, place, len(target.elts)))
        every = len(self.scopes.bindings(scope).get(name, ()))
        if len(found) != every or self.scopes.is_bound_in_expressions(name):
            return [(None, None)]
        # `v = v.unfreeze()`: what the call gave is what it was called on.
        return [pair for pair in found if not _is_from_itself(pair[0], name)] or [(None, None)]

    def _scope(self, name: str, path: Sequence[ast.AST]) -> ast.AST | None:
        for scope in reversed(path):
            if isinstance(scope, (*FUNCTIONS, ast.Module)):
                if name in self.scopes.bindings(scope):
                    return scope
        return None


def _element(value: ast.expr, place: int, length: int) -> tuple[ast.expr | None, int | None]:
    """The value at one place of an unpacked one: `a, b = f(), g()` tells them apart."""
    if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == length:
        return value.elts[place], None
    return value, place


def _is_from_itself(value: ast.expr | None, name: str) -> bool:
    while isinstance(value, (ast.Call, ast.Attribute)):
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and value.id == name


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of the scope's own statements, those of nested scopes left out."""
    waiting = list(getattr(scope, "body", []))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))
