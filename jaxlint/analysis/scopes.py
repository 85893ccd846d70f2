"""What names stand for by the text alone: imports and plain assignments, scope by scope.

Nothing is evaluated: this serves the rules on names that are gone, which have to look at every line
of a file, also at those that no entry of the evaluator reaches.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from jaxlint.analysis.project import INSTALLED, Project, _module_file

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Module)
IMPORTERS = frozenset({"pytest.importorskip", "importlib.import_module"})
MAX_DEPTH = 20
_TARGETS = re.compile(r"for\s+([^:]{1,120}?)\s+in\s")
_WALRUS = re.compile(r"(\w+)\s*:=")
_WORD = re.compile(r"\w+")
_SHADOWS: WeakKeyDictionary[Project, dict[tuple[str, str], bool]] = WeakKeyDictionary()
"""By project: whether a folder's files see a module of the project's own by a library's name."""

Import = tuple[ast.Import | ast.ImportFrom, ast.alias]
Binding = Import | ast.AST
"""How a scope binds a name: an import, the value that is assigned, or the node that binds it."""


class Scopes:
    """The scopes of a file. A place is given by its path: the nodes from the module down to it.

    read: the other files that an answer depends on.
    """

    def __init__(self, file: ModuleFile) -> None:
        self.file = file
        self.read: set[str] = set()
        self._bindings: dict[int, dict[str, list[Binding]]] = {}

    def bindings(self, scope: ast.AST) -> dict[str, list[Binding]]:
        """The names that the scope itself binds; `None` where `global` or `nonlocal` says so."""
        found = self._bindings.get(id(scope))
        if found is None:
            found = self._bindings[id(scope)] = _collect(scope)
        return found

    def lookup(self, name: str, path: Sequence[ast.AST]) -> list[Binding]:
        """Everything that binds the name in the innermost scope around `path` that binds it."""
        inner = True
        for scope in reversed(path):
            if not isinstance(scope, SCOPES):
                continue
            if isinstance(scope, ast.ClassDef) and not inner:
                continue
            inner = False
            found = self.bindings(scope).get(name)
            if found is None:
                continue
            if any(isinstance(each, (ast.Global, ast.Nonlocal)) for each in found):
                found = self.bindings(self.file.tree).get(name, [])
            return [*found, ast.Pass()] if self.is_bound_in_expressions(name) else found
        return []

    def is_bound_in_expressions(self, name: str) -> bool:
        """Whether an expression of the file binds the name: a comprehension, or `:=`.

        Which scope that is in is not asked: such a name is none that says what it stands for.
        """
        return name in self._looping_words and name in self._names_in_expressions

    @cached_property
    def _looping_words(self) -> frozenset[str]:
        """By the text: what may be bound in an expression, and some more."""
        source = self.file.source
        words = {word for text in _TARGETS.findall(source) for word in _WORD.findall(text)}
        if ":=" in source:
            words.update(_WALRUS.findall(source))
        return frozenset(words)

    @cached_property
    def _names_in_expressions(self) -> frozenset[str]:
        found: set[str] = set()
        for node in ast.walk(self.file.tree):
            if isinstance(node, (ast.comprehension, ast.NamedExpr)):
                found.update(_names(node.target))
        return frozenset(found)

    def dotted(self, node: ast.expr, path: Sequence[ast.AST], depth: int = 0) -> str | None:
        """The library name that an expression certainly spells, wherever it was imported."""
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value, path, depth)
            return None if base is None else f"{base}.{node.attr}"
        if isinstance(node, ast.Name) and depth < MAX_DEPTH:
            return self._meaning(self.lookup(node.id, path), path, depth + 1)
        if isinstance(node, ast.Call) and len(node.args) == 1 and depth < MAX_DEPTH:
            return self._imported_by_call(node, path, depth)
        return None

    def _imported_by_call(self, node: ast.Call, path: Sequence[ast.AST], depth: int) -> str | None:
        name = node.args[0]
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            return None
        if not isinstance(node.func, (ast.Attribute, ast.Name)):
            return None
        if self.dotted(node.func, path, depth + 1) not in IMPORTERS:
            return None
        return self._of_library(name.value)

    def _meaning(self, bindings: list[Binding], path: Sequence[ast.AST], depth: int) -> str | None:
        meanings: set[str | None] = set()
        for each in bindings:
            if isinstance(each, tuple):
                meanings.add(self.imported(*each))
            elif isinstance(each, ast.Constant) and each.value is None and len(bindings) > 1:
                continue  # what stands in where the import failed
            elif isinstance(each, ast.expr):
                meanings.add(self.dotted(each, path, depth))
            else:
                return None
        return meanings.pop() if len(meanings) == 1 else None

    def imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str | None:
        """The library name that an import binds; None for a module of the project's own."""
        if isinstance(node, ast.Import):
            return self._of_library(alias.name if alias.asname else alias.name.partition(".")[0])
        if node.level or not node.module or alias.name == "*":
            return None
        return self._of_library(f"{node.module}.{alias.name}")

    def _of_library(self, dotted: str) -> str | None:
        return None if self.is_shadowed(dotted) else dotted

    def is_shadowed(self, dotted: str) -> bool:
        """Whether the project has a module of its own by the first part of the name."""
        top = dotted.partition(".")[0]
        project, path = self.file.project, self.file.path
        shadows = _SHADOWS.setdefault(project, {})
        folder = os.path.dirname(path)
        known = shadows.get((folder, top))
        if known is None:
            if top in INSTALLED:
                known = any(_is_own(root, top, path) for root in project.import_roots(path))
            else:
                known = project.find(top, path) is not None
            shadows[folder, top] = known
        return known

    @cached_property
    def has_late_annotations(self) -> bool:
        """Whether annotations are never evaluated (`from __future__ import annotations`)."""
        return any(
            isinstance(statement, ast.ImportFrom)
            and statement.module == "__future__"
            and any(alias.name == "annotations" for alias in statement.names)
            for statement in self.file.tree.body[:20]
        )


def _is_own(root: str, top: str, path: str) -> bool:
    """Whether `root` holds a module `top` that is the project's, not an installed one."""
    stem = os.path.join(root, top)
    mark = f"{os.sep}site-packages{os.sep}"
    if mark in stem + os.sep:
        return os.path.abspath(path).startswith(stem + os.sep)  # the library's own file
    if _module_file(stem) is not None:
        return True
    return os.path.isdir(stem) and any(name.endswith(".py") for name in os.listdir(stem))


def _collect(scope: ast.AST) -> dict[str, list[Binding]]:
    found: dict[str, list[Binding]] = {}

    def bind(name: str, binding: Binding) -> None:
        found.setdefault(name, []).append(binding)

    waiting: list[ast.AST] = []
    if isinstance(scope, FUNCTIONS):
        arguments = scope.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for each in (*every, arguments.vararg, arguments.kwarg):
            if each is not None:
                bind(each.arg, each)
        waiting = list(scope.body) if isinstance(scope.body, list) else []
    elif isinstance(scope, (ast.ClassDef, ast.Module)):
        waiting = list(scope.body)
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bind(node.name, node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                bind(alias.asname or _bound(node, alias), (node, alias))
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            for name in node.names:
                bind(name, node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                for name in _names(target):
                    bind(name, node.value if isinstance(target, ast.Name) else ast.Pass())
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            bind(node.target.id, node.value or ast.Pass())
        elif isinstance(node, _BLOCKS):
            for field in ("finalbody", "orelse", "cases", "handlers", "body"):
                waiting.extend(reversed(getattr(node, field, ())))
            for name in _bound_by_block(node):
                bind(name, ast.Pass())
        elif isinstance(node, (ast.AugAssign, ast.Delete)):
            for target in node.targets if isinstance(node, ast.Delete) else [node.target]:
                for name in _names(target):
                    bind(name, ast.Pass())
    return found


_TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try), ast.ExceptHandler)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = (ast.If, *_LOOPS, ast.With, ast.AsyncWith, *_TRIES, ast.Match, ast.match_case)


def _bound_by_block(node: ast.AST) -> Iterator[str]:
    """The names that the head of a compound statement binds."""
    if isinstance(node, (ast.For, ast.AsyncFor)):
        yield from _names(node.target)
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            if item.optional_vars is not None:
                yield from _names(item.optional_vars)
    elif isinstance(node, ast.ExceptHandler):
        if node.name is not None:
            yield node.name
    elif isinstance(node, ast.match_case):
        for part in ast.walk(node.pattern):
            for field in ("name", "rest"):
                if isinstance(caught := getattr(part, field, None), str):
                    yield caught


def _names(target: ast.expr) -> Iterator[str]:
    """The names that a target binds."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _names(element)
    elif isinstance(target, ast.Starred):
        yield from _names(target.value)


def _bound(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    return alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name
