"""What names mean where a fix is made, and how it spells the names that it needs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.values import ModuleValue, Symbol
from jaxlint.finding import Edit

if TYPE_CHECKING:
    from jaxlint.analysis.frames import Env
    from jaxlint.fixes.tree import Tree

_IMPORTS = {"haiku": ("import haiku as hk", "hk"), "functools": ("import functools", "functools")}
"""How a fix imports a module that the file has no name for, and the name that it then has."""


class Names:
    """The names in scope at a place. `imports` collects the edits for those that were missing."""

    def __init__(self, tree: Tree, env: Env, at: ast.AST) -> None:
        self.tree = tree
        self.env = env
        self.at = at
        self.imports: list[Edit] = []
        self._imported: set[str] = set()

    def dotted(self, node: ast.expr) -> str | None:
        """The library name that a name or attribute certainly stands for."""
        if isinstance(node, ast.Name):
            env = self.env.find(node.id)
            value = env.names[node.id] if env is not None else None
            return value.name if isinstance(value, Symbol) else None
        if not isinstance(node, ast.Attribute):
            return None
        if isinstance(node.value, ast.Name):
            env = self.env.find(node.value.id)
            module = env.names[node.value.id] if env is not None else None
            if isinstance(module, ModuleValue):
                value = module.file.env.names.get(node.attr)
                return value.name if isinstance(value, Symbol) else None
        base = self.dotted(node.value)
        return catalog.resolve(f"{base}.{node.attr}") if base is not None else None

    def spell(self, dotted: str) -> str | None:
        """How the file writes a library's name at this place, importing its module if need be.

        None where the name that the import would bind is taken.
        """
        module, _, last = dotted.rpartition(".")
        for wanted, suffix in ((module, f".{last}"), (dotted, "")):
            found = self._bound_to(wanted)
            if found is not None:
                return found + suffix
        statement, name = _IMPORTS[module]
        if module not in self._imported:
            if not self.tree.is_free(name):
                return None
            self._imported.add(module)
            self._add_import(statement)
        return f"{name}.{last}"

    def _bound_to(self, dotted: str) -> str | None:
        env: Env | None = self.env
        while env is not None:
            for name, value in env.names.items():
                if not isinstance(value, Symbol) or value.name != dotted:
                    continue
                if self.env.find(name) is env and not self._is_for_annotations(name):
                    return name
            env = env.parent
        return None

    def _is_for_annotations(self, name: str) -> bool:
        """Whether an import under `if TYPE_CHECKING` binds the name, so that it is not there."""
        for statement in self.tree.file.bindings.get(name, ()):
            for parent, _ in self.tree.ancestors(statement):
                if isinstance(parent, ast.If) and "TYPE_CHECKING" in ast.unparse(parent.test):
                    return True
        return False

    def _add_import(self, statement: str) -> None:
        """After the last import above the top-level statement that needs it."""
        text, body = self.tree.text, self.tree.file.tree.body
        user = next((s for s in body if s is self.at), None)
        for parent, child in self.tree.ancestors(self.at):
            if parent is self.tree.file.tree:
                user = next(s for s in body if s is child)
        above = body[: body.index(user)] if user is not None else []
        imports = [s for s in above if isinstance(s, (ast.Import, ast.ImportFrom))]
        last: ast.stmt | None = imports[-1] if imports else None
        if last is None and above and _is_docstring(above[0]):
            last = above[0]
        if last is not None:
            line = _end_of_lines(last, body) + 1
        else:
            line = min([body[0].lineno, *(d.lineno for d in _decorators(body[0]))])
        offset = text.starts[line - 1] if line <= len(text.starts) else len(text.source)
        self.imports.append(text.edit(self.tree.file.path, offset, offset, statement + "\n"))


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _decorators(statement: ast.stmt) -> list[ast.expr]:
    return list(getattr(statement, "decorator_list", ()))


def _end_of_lines(statement: ast.stmt, body: list[ast.stmt]) -> int:
    """The last line of a statement and of those that begin on the line where it ends."""
    end = statement.end_lineno or statement.lineno
    for other in body[body.index(statement) + 1 :]:
        if other.lineno > end:
            break
        end = max(end, other.end_lineno or other.lineno)
    return end
