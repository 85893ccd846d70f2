"""Fixes of left-overs: the new name for one that is gone, Linen's order, flax.core's functions."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from jaxlint.analysis.left import FrozenLeftover, PreLinen, RemovedName
from jaxlint.analysis.scopes import Scopes
from jaxlint.finding import Edit, Fix

if TYPE_CHECKING:
    from jaxlint.fixes.tree import Tree

NOT_WITH_JAX = ("jax.extend.", "jax.example_libraries.", "jax.experimental.", "jax.scipy.")
"""Modules that `import jax` does not bring along."""


def fix_leftover(seen: RemovedName | PreLinen | FrozenLeftover, tree: Tree) -> Fix | None:
    """The fix of a left-over; None where no edit is known to be right."""
    if isinstance(seen, FrozenLeftover):
        return _fix_frozen(seen, tree)
    if isinstance(seen, PreLinen):
        return _fix_prelinen(seen, tree)
    entry = seen.entry
    if entry.use is None or not entry.same:
        return None
    if seen.statement is None:
        edits = _rename(seen, entry.use, tree)
    else:
        edits = _reimport(seen, entry.use, tree)
    if edits is None:
        return None
    return Fix(f"use {entry.use}", tuple(edits), safe=True)


def _path(node: ast.AST, tree: Tree) -> list[ast.AST]:
    return [node, *(parent for parent, _ in tree.ancestors(node))][::-1]


def _spelled(dotted: str, at: ast.AST, tree: Tree) -> str | None:
    """How the file can write a library's name at this place without a new import."""
    scopes, path = Scopes(tree.file), _path(at, tree)
    names = [name for name in scopes.bindings(tree.file.tree) if name.isidentifier()]
    head, tail = dotted, ""
    while head:
        for name in names:
            if scopes.dotted(ast.Name(name, ast.Load()), path) == head:
                if head == "jax" and dotted.startswith(NOT_WITH_JAX):
                    continue
                return name + tail
        head, _, last = head.rpartition(".")
        tail = f".{last}{tail}"
    return None


def _rename(seen: RemovedName, use: str, tree: Tree) -> list[Edit] | None:
    assert isinstance(seen.node, ast.Attribute)
    base = seen.node.value
    while isinstance(base, ast.Attribute):
        base = base.value
    assert isinstance(base, ast.Name) and seen.origin is not None
    if use.startswith(f"{seen.origin}.") and not (
        seen.origin == "jax" and use.startswith(NOT_WITH_JAX)
    ):
        text = base.id + use[len(seen.origin) :]
    else:
        found = _spelled(use, seen.node, tree)
        if found is None:
            return None
        text = found
    return [_replace(seen.node, text, tree)]


def _replace(node: ast.expr, text: str, tree: Tree) -> Edit:
    return tree.text.edit(tree.file.path, tree.text.start(node), tree.text.end(node), text)


def _reimport(seen: RemovedName, use: str, tree: Tree) -> list[Edit] | None:
    statement, text, path = seen.statement, tree.text, tree.file.path
    assert statement is not None
    start, end = text.start(statement), text.end(statement)
    source = text.source[start:end]
    if isinstance(statement, ast.Import):
        alias = seen.node
        assert isinstance(alias, ast.alias)
        if alias.asname is None or len(statement.names) > 1 or alias.name != seen.entry.name:
            return None
        return [text.edit(path, start, end, f"import {use} as {alias.asname}")]
    if seen.node is statement:
        if statement.module != seen.entry.name:
            return None
        last = seen.entry.name.rpartition(".")[2]
        if seen.entry.remains and any(alias.name != last for alias in statement.names):
            return None  # only the object that the module was named after is still there
        pattern = rf"from(\s+){re.escape(seen.entry.name)}(\s+)import"
        found = re.match(pattern, source)
        if found is None:
            return None
        new = f"from{found[1]}{use}{found[2]}import"
        return [text.edit(path, start, start + found.end(), new)]
    alias = seen.node
    assert isinstance(alias, ast.alias)
    module, _, name = use.rpartition(".")
    bound = alias.asname or alias.name
    line = f"from {module} import {name}" + (f" as {bound}" if bound != name else "")
    if len(statement.names) == 1:
        return [text.edit(path, start, end, line)]
    return _moved(statement, alias, line, tree)


def _moved(statement: ast.ImportFrom, alias: ast.alias, line: str, tree: Tree) -> list[Edit] | None:
    """The alias taken out of its statement, and a statement of its own below."""
    text, path = tree.text, tree.file.path
    end_line = statement.end_lineno or statement.lineno
    rest = text.source[text.end(statement) : text.at(end_line, 1) + len(text.line(end_line))]
    if rest.lstrip()[:1] not in ("", "#"):
        return None
    index = statement.names.index(alias)
    places = [(_offset(each, tree), _offset(each, tree, end=True)) for each in statement.names]
    if index + 1 < len(places):
        cut = (places[index][0], places[index + 1][0])
    else:
        cut = (places[index - 1][1], places[index][1])
    indent = " " * statement.col_offset
    below = text.at(end_line, 1) + len(text.line(end_line))
    newline = "" if text.line(end_line).endswith(("\n", "\r")) else "\n"
    return [
        text.edit(path, *cut, ""),
        text.edit(path, below, below, f"{newline}{indent}{line}\n"),
    ]


def _offset(alias: ast.alias, tree: Tree, end: bool = False) -> int:
    """Where an alias begins or ends; names of modules are not always ASCII."""
    name = ast.Name("", ast.Load())
    name.lineno, name.col_offset = alias.lineno, alias.col_offset
    name.end_lineno, name.end_col_offset = alias.end_lineno, alias.end_col_offset
    return tree.text.end(name) if end else tree.text.start(name)


def _fix_prelinen(seen: PreLinen, tree: Tree) -> Fix | None:
    call = seen.node
    if seen.idiom != "param order" or not isinstance(call, ast.Call) or len(call.args) != 3:
        return None
    shape, init = call.args[1], call.args[2]
    edits = (
        _replace(shape, _text(init, tree), tree),
        _replace(init, _text(shape, tree), tree),
    )
    return Fix("put the initializer before the shape", edits, safe=True)


def _text(node: ast.expr, tree: Tree) -> str:
    return tree.text.source[tree.text.start(node) : tree.text.end(node)]


def _fix_frozen(seen: FrozenLeftover, tree: Tree) -> Fix | None:
    call = seen.node
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    function = _spelled(f"flax.core.{seen.method}", call, tree)
    edits: list[Edit] = []
    if function is None:
        if not tree.is_free("flax"):
            return None
        function = f"flax.core.{seen.method}"
        edits.append(_import("import flax", tree))
    owner = _text(call.func.value, tree)
    start, end = tree.text.start(call), tree.text.end(call)
    arguments = tree.text.source[tree.text.end(call.func) : end]
    inner = arguments.strip()[1:].lstrip()
    joint = "" if inner.startswith(")") else ", "
    edits.append(tree.text.edit(tree.file.path, start, end, f"{function}({owner}{joint}{inner}"))
    return Fix(f"use flax.core.{seen.method}", tuple(edits), safe=True)


def _import(statement: str, tree: Tree) -> Edit:
    """Above the first import of the file that is not of `__future__`."""
    body = tree.file.tree.body
    imports = [
        each
        for each in body
        if isinstance(each, ast.Import)
        or (isinstance(each, ast.ImportFrom) and each.module != "__future__")
    ]
    offset = tree.text.at(imports[0].lineno, 1)
    return tree.text.edit(tree.file.path, offset, offset, statement + "\n")
