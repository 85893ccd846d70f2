"""The files that a linted file may lead to: found by module name, read once, parsed on demand."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxlint.analysis.module import ModuleFile, SourceError, parse_source, read_source

if TYPE_CHECKING:
    from jaxlint.config import Options

INSTALLED = frozenset(
    {"jax", "jaxlib", "haiku", "flax", "numpy", "optax", "chex", "scipy", "tensorflow", "torch"}
)
"""Packages that are never read: the catalog speaks for them."""

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages", "build", "dist"})
PROJECT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
MAX_PROJECT_FILES = 4000
MAX_REACH = 500
"""How many files are followed to see whether an effect is within reach of a file."""


class Project:
    """Finds and keeps the other files of a project.

    roots: folders that imports start from, besides those that a file's own place implies.
    """

    def __init__(self, roots: Sequence[str] = (), options: Options | None = None) -> None:
        configured = tuple(options.src) if options is not None else ()
        self.roots = [os.path.abspath(root) for root in (*roots, *configured)]
        self._texts: dict[str, str | None] = {}
        self._trees: dict[str, object] = {}
        self._folders: dict[str, tuple[str, ...]] = {}
        self._found: dict[tuple[str, str], tuple[str, bool] | None] = {}
        self._listing: dict[str, list[str]] = {}
        self._reach: dict[tuple[str, str], bool] = {}
        self._imports: dict[str, list[str]] = {}

    def text(self, path: str) -> str | None:
        """The text of a file, None where it cannot be read."""
        if path not in self._texts:
            try:
                self._texts[path] = read_source(path)
            except SourceError:
                self._texts[path] = None
        return self._texts[path]

    def open(self, path: str, name: str, is_package: bool) -> ModuleFile | None:
        """A fresh module over the (shared) tree of the file; None where it cannot be parsed."""
        import ast

        source = self.text(path)
        if source is None:
            return None
        tree = self._trees.get(path)
        if tree is None:
            enabled = gc.isenabled()
            gc.disable()
            try:
                tree = parse_source(path, source)
            except SourceError:
                tree = False
            finally:
                if enabled:
                    gc.enable()
            self._trees[path] = tree
        if not isinstance(tree, ast.Module):
            return None
        return ModuleFile(path, source, tree, name, self, is_package)

    def name_of(self, path: str) -> tuple[str, bool]:
        """The dotted module name of a file, by the packages around it; whether it is a package."""
        path = os.path.abspath(path)
        folder, base = os.path.split(path)
        stem = os.path.splitext(base)[0]
        parts = [] if stem == "__init__" else [stem]
        while os.path.isfile(os.path.join(folder, "__init__.py")):
            folder, last = os.path.split(folder)
            if not last:
                break
            parts.insert(0, last)
        return ".".join(parts), stem == "__init__"

    def import_roots(self, path: str) -> tuple[str, ...]:
        """The folders that absolute imports of the file at `path` may start from."""
        folder = os.path.dirname(os.path.abspath(path))
        if folder not in self._folders:
            roots = [folder]
            top = folder
            while os.path.isfile(os.path.join(top, "__init__.py")):
                parent = os.path.dirname(top)
                if parent == top:
                    break
                top = parent
            roots.append(top)
            # A namespace package or a script below the project's root: go up to the project's mark.
            parent = top
            for _ in range(6):
                if any(os.path.exists(os.path.join(parent, m)) for m in PROJECT_MARKS):
                    roots += [parent, os.path.join(parent, "src")]
                    break
                above = os.path.dirname(parent)
                if above == parent:
                    break
                parent = above
            roots += self.roots
            cwd = os.getcwd()
            if folder.startswith(cwd):
                roots.append(cwd)
            self._folders[folder] = tuple(dict.fromkeys(roots))
        return self._folders[folder]

    def package_files(self, path: str) -> list[str]:
        """The `__init__.py` files of the packages around a file, innermost first."""
        found = []
        folder = os.path.dirname(os.path.abspath(path))
        while os.path.isfile(init := os.path.join(folder, "__init__.py")):
            found.append(init)
            folder = os.path.dirname(folder)
        return found

    def find(self, dotted: str, path: str) -> tuple[str, bool] | None:
        """The file of module `dotted` as the file at `path` imports it; whether it is a package.

        None for modules of installed libraries and for what does not exist.
        """
        top = dotted.partition(".")[0]
        if top in INSTALLED:
            return None
        folder = os.path.dirname(os.path.abspath(path))
        key = (dotted, folder)
        if key not in self._found:
            relative = dotted.replace(".", os.sep)
            hits = (_module_file(os.path.join(root, relative)) for root in self.import_roots(path))
            self._found[key] = next((h for h in hits if h and not _is_foreign(h[0], path)), None)
        return self._found[key]

    def find_relative(self, level: int, dotted: str, path: str) -> tuple[str, bool] | None:
        """The file that a relative import with `level` dots names."""
        folder = os.path.dirname(os.path.abspath(path))
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return _module_file(os.path.join(folder, *dotted.split(".")) if dotted else folder)

    def reaches(self, path: str, source: str, marker: str) -> bool:
        """Whether the file, or a project file within reach of its imports, mentions `marker`."""
        if marker in source:
            return True
        if self.name_of(path)[0].partition(".")[0] in INSTALLED:
            return False  # a library's own file: what it imports of itself is in the catalog
        seen = {path}
        waiting = self.imported_files(path, source)
        while waiting and len(seen) < MAX_REACH:
            other = waiting.pop()
            if other in seen:
                continue
            seen.add(other)
            known = self._reach.get((other, marker))
            if known is False:
                continue
            text = self.text(other)
            if text is None:
                continue
            if known or marker in text:
                self._reach[other, marker] = True
                return True
            waiting += self.imported_files(other, text)
        if len(seen) < MAX_REACH:
            self._reach.update(((other, marker), False) for other in seen)
        return False

    def imported_files(self, path: str, source: str) -> list[str]:
        """The project files that the import statements of a text name."""
        known = self._imports.get(path)
        if known is None:
            found: dict[str, None] = {}
            for match in _IMPORT.finditer(source):
                dots, names = match.group("dots"), match.group("many") or match.group("names")
                module = match.group("module") or match.group("plain")
                if not dots and module.partition(".")[0].strip() in INSTALLED:
                    continue
                for hit in self._imported(path, dots or "", module or "", names or ""):
                    found[hit[0]] = None
            known = self._imports[path] = list(found)
        return list(known)

    def _imported(self, path: str, dots: str, module: str, names: str) -> list[tuple[str, bool]]:
        if dots:
            hits = [self.find_relative(len(dots), module, path)]
            prefix = f"{module}." if module else ""
            hits += [
                self.find_relative(len(dots), prefix + n, path) for n in _NAME.findall(names)[:20]
            ]
        else:
            hits = [self.find(m.strip().split(" ")[0], path) for m in module.split(",")]
            hits += [self.find(f"{module}.{n}", path) for n in _NAME.findall(names)[:20]]
        return [hit for hit in hits if hit is not None and hit[0] != path]

    def files(self, path: str) -> list[str]:
        """The Python files of the project around `path`, at most MAX_PROJECT_FILES."""
        top = self._top(path)
        if top not in self._listing:
            found: list[str] = []
            for folder, folders, names in os.walk(top):
                folders[:] = sorted(
                    f for f in folders if f not in SKIPPED_FOLDERS and not f.startswith(".")
                )
                found += [os.path.join(folder, n) for n in sorted(names) if n.endswith(".py")]
                if len(found) > MAX_PROJECT_FILES:
                    break
            self._listing[top] = found[:MAX_PROJECT_FILES]
        return self._listing[top]

    def _top(self, path: str) -> str:
        """The project's folder: marked as one, or else the outermost package, or the own folder."""
        folder = os.path.dirname(os.path.abspath(path))
        package = folder
        while os.path.isfile(os.path.join(os.path.dirname(package), "__init__.py")):
            package = os.path.dirname(package)
        if f"{os.sep}site-packages{os.sep}" in path:
            return package
        parent = package
        for _ in range(6):
            if any(os.path.exists(os.path.join(parent, mark)) for mark in PROJECT_MARKS):
                return parent
            above = os.path.dirname(parent)
            if above == parent:
                break
            parent = above
        return package

    def matching(self, path: str, word: str, pattern: str) -> list[str]:
        """The other files of the project whose text holds `word` and matches `pattern`."""
        own = os.path.abspath(path)
        found = []
        for other in self.files(path):
            if other == own or not self.holds(other, word):
                continue
            text = self.text(other)
            if text is not None and re.search(pattern, text):
                found.append(other)
        return found

    def holds(self, path: str, word: str) -> bool:
        """Whether the file's bytes hold `word`: a look that is cheaper than decoding it."""
        try:
            with open(path, "rb") as stream:
                return word.encode() in stream.read()
        except OSError:
            return False


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<dots>\.*)(?P<module>[\w.]*)[ \t]+import[ \t]*"
    r"(?:\((?P<many>[^)]*)\)|(?P<names>[^#\n(]*))"
    r"|import[ \t]+(?P<plain>[\w., \t]+))",
    re.MULTILINE,
)
_NAME = re.compile(r"\b(?!as\b)[A-Za-z_]\w*")


def _is_foreign(found: str, path: str) -> bool:
    """Whether `found` is an installed package that the file at `path` is no part of."""
    mark = f"{os.sep}site-packages{os.sep}"
    head, mark_found, tail = found.rpartition(mark)
    if not mark_found:
        return False
    package = tail.partition(os.sep)[0]
    return not os.path.abspath(path).startswith(f"{head}{mark}{package}")


def _module_file(stem: str) -> tuple[str, bool] | None:
    if os.path.isfile(os.path.join(stem, "__init__.py")):
        return os.path.join(stem, "__init__.py"), True
    if os.path.isfile(stem + ".py"):
        return stem + ".py", False
    return None
