"""Import the user's file under its own name, with the flagged expression counted."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from types import CodeType, ModuleType
from typing import Any

from jaxlint.finding import Span
from jaxlint.verify.instrument import HOOK, instrument
from jaxlint.verify.site import Site


def module_place(path: str) -> tuple[str, str]:
    """(folder to put on sys.path, dotted module name) of the file at `path`."""
    folder, name = os.path.split(os.path.abspath(path))
    stem = os.path.splitext(name)[0]
    parts = [] if stem == "__init__" else [stem]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    return folder, ".".join(parts) or stem


class _Loader(importlib.machinery.SourceFileLoader):
    """Reads the file as usual, compiles the instrumented tree, never touches a bytecode cache."""

    def __init__(self, name: str, path: str, user: UserCode) -> None:
        super().__init__(name, path)
        self.user = user

    def get_code(self, fullname: str) -> CodeType:
        return self.user.code()

    def exec_module(self, module: ModuleType) -> None:
        setattr(module, HOOK, self.user.site)
        self.user.module = module
        super().exec_module(module)


class UserCode(importlib.abc.MetaPathFinder):
    """The flagged file: its source (maybe with a fix applied), its site, and its loading.

    While `installed`, any import that leads to the file gets the instrumented copy.
    """

    def __init__(
        self,
        path: str,
        source: str,
        span: Span | None,
        src: tuple[str, ...] = (),
        others: tuple[Span, ...] = (),
    ) -> None:
        self.path = os.path.abspath(path)
        self.source = source
        self.span = span
        self.site = Site()
        self.folder, self.name = module_place(path)
        self.src = src
        self.others = others
        self.alone = False
        """Whether the file's other findings are made harmless."""
        self.module: ModuleType | None = None
        self.entry: str | None = None
        """Another file of the project to start from; the flagged one when None."""
        self.main: ModuleType | None = None
        """The module to start from."""
        self.tree: Any = None
        self.found = False
        self._code: CodeType | None = None

    @property
    def harmless(self) -> tuple[Span, ...]:
        """The places of findings that are to do no harm in this run."""
        return self.others if self.alone else ()

    def code(self) -> CodeType:
        """The compiled instrumented tree. Raises SyntaxError."""
        if self._code is None:
            tree, self.found = instrument(self.source, self.path, self.span, self.harmless)
            self._code = compile(tree, self.path, "exec")
        return self._code

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.rpartition(".")[2] != self.name.rpartition(".")[2] and fullname != self.name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or not spec.origin or os.path.abspath(spec.origin) != self.path:
            return None
        spec.loader = _Loader(fullname, self.path, self)
        return spec

    def install(self) -> None:
        """Put the file's folder, the project's import roots and this finder in place."""
        for folder in reversed((self.folder, *(os.path.abspath(s) for s in self.src))):
            if folder not in sys.path:
                sys.path.insert(0, folder)
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Take the finder away again."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def load(self) -> ModuleType:
        """A fresh copy of the module; every module of the user's project is loaded anew."""
        self.install()
        self.forget()
        self.site.reset()
        if self._taken():
            self.main = self._load_alone()
            return self.main
        self.main = importlib.import_module(module_place(self.entry or self.path)[1])
        if self.module is None and self.entry is None:
            self.main = self._load_alone()
        return self.main

    def _taken(self) -> bool:
        """Whether the file's name belongs to another module, such as `types` or `haiku`."""
        if self.name in sys.modules or self.name in sys.stdlib_module_names:
            return True
        return not all(part.isidentifier() for part in self.name.split("."))

    def _load_alone(self) -> ModuleType:
        name = "_jaxlint_" + self.name.replace(".", "_").replace("-", "_")
        spec = importlib.util.spec_from_file_location(name, self.path)
        assert spec is not None
        spec.loader = _Loader(name, self.path, self)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    def forget(self) -> None:
        """Drop the user's own modules from sys.modules, so that their functions are new objects."""
        self.module = None
        roots = tuple(
            root.rstrip(os.sep) + os.sep for root in (self.folder, *map(os.path.abspath, self.src))
        )
        for name, module in list(sys.modules.items()):
            origin = getattr(module, "__file__", None)
            if not origin or name == "__main__" or "site-packages" in origin:
                continue
            if name.partition(".")[0] == "jaxlint" or name in sys.stdlib_module_names:
                continue
            if os.path.abspath(origin).startswith(roots):
                del sys.modules[name]
