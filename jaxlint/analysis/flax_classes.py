"""Which classes are Flax modules, by the text: library classes, the file's own, the project's."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from jaxlint import catalog
from jaxlint.analysis.module import ModuleFile
from jaxlint.analysis.scopes import Scopes

MAX_DEPTH = 12
OLD = ("flax.nn.", "flax.deprecated.nn.")
"""The modules of the API before Linen."""


@dataclass(frozen=True)
class FlaxClass:
    """A class that is certainly a Flax module.

    old: of the API before Linen. defined: what its classes outside the library define. root: the
    name of the library class that it comes from.
    """

    old: bool
    root: str
    defined: frozenset[str] = field(default_factory=frozenset)
    own: bool = False


class FlaxClasses:
    """Finds out for expressions of one file; `path` is as for Scopes."""

    def __init__(self, file: ModuleFile, scopes: Scopes | None = None, depth: int = 0) -> None:
        self.file = file
        self.scopes = scopes or Scopes(file)
        self._depth = depth
        self._known: dict[int, FlaxClass | None] = {}

    def of(self, node: ast.expr, path: Sequence[ast.AST]) -> FlaxClass | None:
        """The module class that the expression certainly names; None for anything else."""
        if not isinstance(node, (ast.Name, ast.Attribute)) or self._depth > MAX_DEPTH:
            return None
        dotted = self.scopes.dotted(node, path)
        if dotted is not None:
            return _of_library(dotted)
        if isinstance(node, ast.Attribute):
            return None
        bindings = self.scopes.lookup(node.id, path)
        if len(bindings) != 1:
            return None
        (binding,) = bindings
        if isinstance(binding, ast.ClassDef):
            return self.defined_by(binding, path)
        if isinstance(binding, ast.Name) and binding.id != node.id:
            return self.of(binding, path)
        if isinstance(binding, ast.Call) and isinstance(binding.func, ast.Attribute):
            return self._narrowed(binding.func, path)
        if isinstance(binding, tuple) and isinstance(binding[0], ast.ImportFrom):
            return self._of_project(binding[0], binding[1].name)
        return None

    def _narrowed(self, method: ast.Attribute, path: Sequence[ast.AST]) -> FlaxClass | None:
        """What `Module.partial(...)` gave before Linen: the class, with some settings."""
        if method.attr not in ("partial", "shared"):
            return None
        found = self.of(method.value, path)
        return found if found is not None and method.attr not in found.defined else None

    def defined_by(self, node: ast.ClassDef, path: Sequence[ast.AST]) -> FlaxClass | None:
        """What a class statement defines, if it certainly is a module and all bases are known."""
        if id(node) not in self._known:
            self._known[id(node)] = None  # a class among its own bases
            self._depth += 1
            self._known[id(node)] = self._by_bases(node, path)
            self._depth -= 1
        return self._known[id(node)]

    def _by_bases(self, node: ast.ClassDef, path: Sequence[ast.AST]) -> FlaxClass | None:
        bases = [self.of(base, path) for base in node.bases if not self._is_plain(base, path)]
        if not bases:
            return None
        found = set(self.scopes.bindings(node))
        for base in bases:
            if base is None:
                return None
            found |= base.defined
        first = bases[0]
        assert first is not None
        return FlaxClass(first.old, first.root, frozenset(found), own=True)

    def _is_plain(self, base: ast.expr, path: Sequence[ast.AST]) -> bool:
        if isinstance(base, ast.Subscript):
            base = base.value
        if isinstance(base, ast.Name) and base.id in ("object", "Protocol", "Generic", "ABC"):
            return True
        dotted = self.scopes.dotted(base, path)
        return dotted is not None and dotted.startswith(("abc.", "typing."))

    def _of_project(self, node: ast.ImportFrom, name: str) -> FlaxClass | None:
        project, path = self.file.project, self.file.path
        if node.level:
            hit = project.find_relative(node.level, node.module or "", path)
        else:
            hit = project.find(node.module or "", path)
        if hit is None or hit[0] == path:
            return None
        opened = project.open(hit[0], node.module or "", hit[1])
        if opened is None:
            return None
        self.scopes.read.add(hit[0])
        other = FlaxClasses(opened, depth=self._depth + 1)
        other.scopes.read = self.scopes.read
        return other.of(ast.Name(name, ast.Load()), [opened.tree])


def _of_library(dotted: str) -> FlaxClass | None:
    for old in OLD:
        if dotted.startswith(old):
            name = dotted[len(old) :]
            functions = catalog.read_once("prelinen.json")["functions"]
            is_class = name[:1].isupper() and "." not in name and name not in functions
            return FlaxClass(True, f"flax.linen.{name}") if is_class else None
    symbol = catalog.linen(dotted) if dotted.startswith("flax.") else None
    if symbol is not None and symbol.kind == "module":
        return FlaxClass(False, symbol.name)
    return None
