"""Other spellings of a file's imports of jax and haiku; the meaning and the line numbers stay.

`by_module` reaches everything through freshly named modules (`import haiku as hk` becomes
`import haiku`, `from jax.lax import scan as roll` becomes attribute access); `by_name` imports each
attribute by name (`hk.Linear` becomes a name imported from haiku).
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

LIBRARIES = ("jax", "haiku")

_Edit = tuple[int, int, str]


def by_module(source: str) -> str:
    """Every import of the libraries as an import of a module under another name."""
    file = _File(source)
    edits: list[_Edit] = []
    for statement, names in file.imports():
        clauses, renamed = [], {}
        for alias in names:
            if isinstance(statement, ast.ImportFrom):
                clause, new = _from_clause(statement.module or "", alias)
            else:
                clause, new = _import_clause(alias, free=not file.binds(alias.name))
            clauses.append(clause)
            renamed[alias.asname or alias.name] = new
        edits.append(file.replace(statement, "; ".join(dict.fromkeys(clauses))))
        edits += file.rename(renamed)
    return file.edited(edits)


def _from_clause(module: str, alias: ast.alias) -> tuple[str, str]:
    """An import in place of `from module import alias`, and what the name becomes."""
    local = alias.asname or alias.name
    if alias.name == "lax":
        return f"import {module}.lax as {local}", local
    name = "_from_" + module.replace(".", "_")
    return f"import {module} as {name}", f"{name}.{alias.name}"


def _import_clause(alias: ast.alias, free: bool) -> tuple[str, str]:
    """An import in place of `import alias`, and what the name becomes; `free`: its own name is."""
    if alias.asname is None:
        return f"import {alias.name} as _{alias.name}", f"_{alias.name}"
    if "." in alias.name:
        parent, _, child = alias.name.rpartition(".")
        return f"from {parent} import {child} as {alias.asname}", alias.asname
    if free:
        return f"import {alias.name}", alias.name
    return f"import {alias.name} as {alias.asname}_", f"{alias.asname}_"


def by_name(source: str) -> str:
    """Every attribute of a library's module as a name imported from that module."""
    file = _File(source)
    edits: list[_Edit] = []
    for statement, names in file.imports():
        if isinstance(statement, ast.ImportFrom) or len(names) != 1:
            continue
        module, local = names[0].name, names[0].asname or names[0].name
        if "." in local:
            continue
        used: dict[str, str] = {}
        for node in file.attributes_of(local):
            used[node.attr] = f"_{local}_{node.attr}"
            edits.append(file.replace(node, used[node.attr]))
        if used:
            listed = ", ".join(f"{attr} as {new}" for attr, new in sorted(used.items()))
            text = f"{ast.unparse(statement)}; from {module} import {listed}"
            edits.append(file.replace(statement, text))
    return file.edited(edits)


class _File:
    """A parsed source and edits to it."""

    def __init__(self, source: str) -> None:
        self.source = source.encode()
        self.tree = ast.parse(source)
        self._starts = [0]
        for line in self.source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._bound = Counter(_bindings(self.tree))

    def binds(self, name: str) -> bool:
        return self._bound[name] > 0

    def imports(self) -> Iterator[tuple[ast.Import | ast.ImportFrom, list[ast.alias]]]:
        """Module-level imports of the libraries whose names are bound nowhere else."""
        for node in self.tree.body:
            if isinstance(node, ast.Import):
                ours = all(alias.name.split(".")[0] in LIBRARIES for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                ours = not node.level and (node.module or "").split(".")[0] in LIBRARIES
            else:
                continue
            locals_ = [a.asname or a.name.split(".")[0] for a in node.names]
            if ours and "*" not in locals_ and all(self._bound[name] == 1 for name in locals_):
                yield node, node.names

    def rename(self, new: Mapping[str, str]) -> Iterator[_Edit]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and node.id in new:
                yield self.replace(node, new[node.id])

    def attributes_of(self, name: str) -> Iterator[ast.Attribute]:
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
                continue
            if isinstance(node.value, ast.Name) and node.value.id == name:
                yield node

    def replace(self, node: ast.stmt | ast.expr, text: str) -> _Edit:
        """The edit that puts `text` in place of `node`, keeping the number of lines."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        text += "\n" * (node.end_lineno - node.lineno) if isinstance(node, ast.stmt) else ""
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset, text

    def edited(self, edits: list[_Edit]) -> str:
        source = self.source
        for start, end, text in sorted(edits, reverse=True):
            source = source[:start] + text.encode() + source[end:]
        return source.decode()


def _bindings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.split(".")[0]
