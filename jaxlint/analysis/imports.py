"""Imports, and names of other modules: evaluated when they are first asked for."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.attributes import library_symbol
from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.module import ModuleFile
from jaxlint.analysis.values import (
    UNKNOWN,
    ModuleValue,
    Symbol,
    Value,
)

if TYPE_CHECKING:
    from jaxlint.analysis.frames import Env

BUILTINS = frozenset(dir(builtins))


class Imports(Core):
    """Part of the Interpreter: import statements and the names of other files."""

    def open_module(self, hit: tuple[str, bool], dotted: str) -> ModuleValue | None:
        """The module in the file `hit`, read once per run of the interpreter."""
        path, is_package = hit
        known = self.files.get(path)
        if known is None:
            name = dotted or self.project.name_of(path)[0]
            opened = self.project.open(path, name, is_package)
            if opened is None:
                return None
            known = opened
            self.files[path] = known
            self.dependencies.add(path)
        return ModuleValue(known)

    def execute_import(self, node: ast.Import, frame: Frame) -> None:
        """`import a.b.c as d`."""
        for alias in node.names:
            if alias.asname:
                frame.env.names[alias.asname] = self.import_dotted(alias.name, frame.file)
            else:
                top = alias.name.partition(".")[0]
                frame.env.names[top] = self.import_dotted(top, frame.file, alias.name)

    def import_dotted(self, dotted: str, file: ModuleFile, whole: str | None = None) -> Value:
        """The module `dotted`; a library's is a symbol. `whole` is what the statement names."""
        hit = self.project.find(dotted, file.path)
        if hit is not None:
            return self.open_module(hit, dotted) or UNKNOWN
        if whole is not None and whole != dotted and self.project.find(whole, file.path):
            return Symbol(f"<namespace>.{dotted}")
        return library_symbol(dotted)

    def execute_import_from(self, node: ast.ImportFrom, frame: Frame) -> None:
        """`from a.b import c as d`, relative and star imports included."""
        for alias in node.names:
            if alias.name == "*":
                self._import_star(node, frame)
                continue
            value = self.import_member(node.module or "", node.level, alias.name, frame.file)
            frame.env.names[alias.asname or alias.name] = value

    def import_member(self, module: str, level: int, name: str, file: ModuleFile) -> Value:
        """`name` of `module`: a submodule, or a name that the module binds."""
        project = self.project
        if level:
            hit = project.find_relative(level, module, file.path)
            inner = project.find_relative(level, f"{module}.{name}" if module else name, file.path)
            if hit is None and inner is None:
                # The package around an installed library's own file: its canonical name.
                return self._library_relative(module, level, name, file)
            if hit is not None and hit[0] == file.path:
                hit = None
            dotted = ""
        else:
            hit = project.find(module, file.path)
            inner = project.find(f"{module}.{name}", file.path)
            dotted = module
            if hit is not None and hit[0] == file.path:
                hit = None  # a package's own file that names one of its submodules in full
        if hit is not None:
            opened = self.open_module(hit, dotted)
            if opened is not None:
                found = self.find_name(opened.file, name)
                if found is not None:
                    return found
        if inner is not None:
            return self.open_module(inner, f"{dotted}.{name}" if dotted else "") or UNKNOWN
        if hit is None and not level:
            return library_symbol(f"{module}.{name}")
        return UNKNOWN

    def _library_relative(self, module: str, level: int, name: str, file: ModuleFile) -> Value:
        package = file.package.split(".")
        if level > 1:
            package = package[: -(level - 1)]
        parts = [*package, *([module] if module else []), name]
        return library_symbol(".".join(p for p in parts if p))

    def _import_star(self, node: ast.ImportFrom, frame: Frame) -> None:
        project, path = self.project, frame.file.path
        if node.level:
            hit = project.find_relative(node.level, node.module or "", path)
        else:
            hit = project.find(node.module or "", path)
        if hit is None:
            if not node.level and node.module:
                for name, full in catalog.members(node.module):
                    frame.env.names[name] = library_symbol(full)
            return
        opened = self.open_module(hit, "")
        if opened is None or opened.file is frame.file:
            return
        for name in list(opened.file.bindings):
            if not name.startswith("_") and name != "*":
                found = self.find_name(opened.file, name)
                if found is not None:
                    frame.env.names[name] = found

    def module_name(self, file: ModuleFile, name: str) -> Value:
        """The value of a name of another file."""
        return self.find_name(file, name) or UNKNOWN

    def find_name(self, file: ModuleFile, name: str) -> Value | None:
        """The value of a name of another file; None if the file does not bind it."""
        if name in file.env.names:
            return file.env.names[name]
        if file.linted:
            return None
        statements = file.bindings.get(name)
        if statements is None:
            for star in file.bindings.get("*", ()):
                if isinstance(star, ast.ImportFrom) and "*" not in file.evaluating:
                    file.evaluating.add("*")
                    try:
                        self._import_star(star, Frame(file, file.env))
                    finally:
                        file.evaluating.discard("*")
                    if name in file.env.names:
                        return file.env.names[name]
            if file.is_package:
                hit = self.project.find_relative(1, name, file.path)
                if hit is not None:
                    return self.open_module(hit, f"{file.name}.{name}") or UNKNOWN
            return None
        if name in file.evaluating:
            return UNKNOWN
        file.evaluating.add(name)
        context, conditional = self.flow.context, self.flow.conditional
        self.flow.context, self.flow.conditional = "unknown", 0
        self.flow.quiet += 1
        try:
            for statement in statements:
                self.execute(statement, Frame(file, file.env))
        finally:
            self.flow.quiet -= 1
            self.flow.context, self.flow.conditional = context, conditional
            file.evaluating.discard(name)
        return file.env.names.get(name, UNKNOWN)

    def lookup(self, name: str, env: Env, frame: Frame) -> Value:
        """The value of a name in scope."""
        found: Env | None = env
        if env.globals:
            found = env.find(name)
        while found is not None:
            value = found.names.get(name)
            if value is not None:
                if found.parent is None and name in frame.file.global_writes:
                    return self.changing(value)
                return value
            found = found.parent
        file = frame.file
        if not file.linted and name in file.bindings:
            return self.module_name(file, name)
        if name in BUILTINS:
            return library_symbol(f"builtins.{name}")
        if not file.linted:
            return self.module_name(file, name)
        return UNKNOWN
