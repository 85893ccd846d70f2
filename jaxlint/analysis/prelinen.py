"""Idioms of Flax before Linen: what `flax.nn` took and `flax.linen` refuses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from jaxlint import catalog
from jaxlint.analysis.flax_classes import OLD, FlaxClass, FlaxClasses
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.guards import is_guarded, is_idle
from jaxlint.analysis.left import PreLinen

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.analysis.scopes import Scopes

NAMESPACES = (*OLD, "flax.linen.")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_KEY = re.compile(r"(?i)(rng|key|seed)")


def table() -> dict[str, dict[str, dict[str, Any]]]:
    """What prelinen.json says."""
    return catalog.read_once("prelinen.json")


_PLAIN_MARKS = re.compile(r"def\s+apply\s*\(|from\s+flax\.linen\s+import\b")
_OLD = re.compile(
    r"\bflax\.(?:deprecated\.)?nn\b"
    r"|from\s+flax(?:\.deprecated)?\s+import\s+(?:\w+\s*,\s*)*nn\b"
)
_INPUTS = re.compile(r"\.[A-Z]\w*\(\s*[a-z_]\w*\s*[,)]")


@cache
def _dotted_marks() -> re.Pattern[str]:
    names = table()
    methods = "|".join({**names["class_methods"], **names["self_methods"], "param": None})
    return re.compile(
        rf"\.(?:(?:{'|'.join(names['functions'])})\b|({methods})\s*\(|(init(?:_with_output)?)\s*\()"
    )


def marks_in(source: str) -> list[int]:
    """Where the text may hold such an idiom, in order."""
    starts = [match.start() for match in _PLAIN_MARKS.finditer(source)]
    own = {"param", *table()["self_methods"]}
    for match in _dotted_marks().finditer(source):
        method, init = match[1], match[2]
        if method or init:
            owner = word_before(source, match.start())
            if method in own:
                fits = owner == "self"
            else:
                fits = owner != "functools" and (not init or owner[:1].isupper())
            if not fits:
                continue
        starts.append(match.start())
    for match in _INPUTS.finditer(source):
        if match[0].endswith(",") or "Norm(" in match[0]:
            starts.append(match.start())
    return sorted(starts)


def word_before(source: str, end: int) -> str:
    """The word that ends at `end` or before the blanks there."""
    while end and source[end - 1].isspace():
        end -= 1
    start = end
    while start and (source[start - 1].isalnum() or source[start - 1] == "_"):
        start -= 1
    return source[start:end]


def sites(
    nodes: Iterator[tuple[ast.AST, list[ast.AST]]], file: ModuleFile, scopes: Scopes
) -> Iterator[PreLinen]:
    """Every idiom among the nodes; each comes with the way down to it."""
    classes = FlaxClasses(file, scopes)
    old = _OLD.search(file.source) is not None
    for node, path in nodes:
        for idiom, named, error, at in _seen(node, path, classes):
            if not is_guarded(path, scopes) and not is_idle(path, scopes):
                yield PreLinen(at, file, Frame(file, file.env), idiom, named, error, old)


_Seen = tuple[str, str, str, ast.AST]


def _seen(node: ast.AST, path: Sequence[ast.AST], classes: FlaxClasses) -> Iterator[_Seen]:
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield from _attribute(node, path, classes)
    elif isinstance(node, ast.ImportFrom):
        yield from _import(node)
    elif isinstance(node, FUNCTIONS):
        yield from _forward(node, path, classes)
    elif isinstance(node, ast.Call):
        yield from _call(node, path, classes)


def _attribute(
    node: ast.Attribute, path: Sequence[ast.AST], classes: FlaxClasses
) -> Iterator[_Seen]:
    names = table()
    entry = names["functions"].get(node.attr)
    if entry is not None:
        dotted = classes.scopes.dotted(node, path)
        parent = path[-2]
        called = isinstance(parent, ast.Call) and parent.func is node
        called = called or node in getattr(parent, "decorator_list", ())
        if dotted is not None and dotted in {space + node.attr for space in NAMESPACES}:
            if called or not entry.get("called"):
                yield "function", node.attr, entry["error"], node
        return
    entry = names["class_methods"].get(node.attr)
    if entry is not None:
        found = classes.of(node.value, path)
        if found is not None and node.attr not in found.defined:
            yield "class method", node.attr, entry["error"], node


def _import(node: ast.ImportFrom) -> Iterator[_Seen]:
    if node.module != "flax.linen" or node.level:
        return
    for alias in node.names:
        entry = table()["functions"].get(alias.name)
        if entry is not None and not entry.get("called"):
            yield "function", alias.name, "ImportError", alias


def _forward(
    node: ast.FunctionDef | ast.AsyncFunctionDef, path: Sequence[ast.AST], classes: FlaxClasses
) -> Iterator[_Seen]:
    """`def apply(self, x)` where Linen wants `__call__`: `init` finds none."""
    owner = path[-2]
    if node.name != "apply" or not isinstance(owner, ast.ClassDef):
        return
    found = classes.defined_by(owner, path[:-2])
    arguments = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    if found is None or "__call__" in found.defined:
        return
    if len(arguments) < 2 or arguments[0] != "self" or _is_override(node, arguments[1]):
        return
    if not found.old and found.root != "flax.linen.Module":
        return  # its `__call__` is the library's
    yield "forward", owner.name, "AttributeError", _name_of(node, classes.file)


def _name_of(node: ast.FunctionDef | ast.AsyncFunctionDef, file: ModuleFile) -> ast.expr:
    """The name in a `def`, which the tree has no node for."""
    line = file.lines[node.lineno - 1].encode("utf-8", "surrogatepass")
    column = line.find(node.name.encode(), node.col_offset + len("def"))
    if column < 0:
        column = node.col_offset
    found = ast.Name(node.name, ast.Load())
    found.lineno = found.end_lineno = node.lineno
    found.col_offset, found.end_col_offset = column, column + len(node.name)
    return found


def _is_override(node: ast.FunctionDef | ast.AsyncFunctionDef, first: str) -> bool:
    """Whether the method stands for Linen's own `apply(variables, ...)`."""
    if first in ("variables", "params", "vars", "variable_dict"):
        return True
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "super"
        for part in ast.walk(node)
    )


def _call(node: ast.Call, path: Sequence[ast.AST], classes: FlaxClasses) -> Iterator[_Seen]:
    if isinstance(node.func, ast.Attribute):
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "self":
            yield from _own_method(node, node.func, path, classes)
            return
        if node.func.attr in ("init", "init_with_output"):
            found = classes.of(node.func.value, path)
            if found is not None and node.func.attr not in found.defined:
                if node.args and _is_key(node.args[0], path, classes.scopes):
                    yield "class init", node.func.attr, "InvalidInstanceModuleError", node
            return
    found = classes.of(node.func, path)
    if found is not None and not found.own:
        yield from _constructed(node, found, path)


def _own_method(
    node: ast.Call, function: ast.Attribute, path: Sequence[ast.AST], classes: FlaxClasses
) -> Iterator[_Seen]:
    method = function.attr
    entry = table()["self_methods"].get(method)
    if entry is None and method != "param":
        return
    owner = _class_of_self(path)
    if owner is None:
        return
    found = classes.defined_by(owner[0], owner[1])
    if found is None or method in found.defined or _is_set(method, owner[0]):
        return
    if entry is not None:
        yield "own method", method, entry["error"], node
    elif _has_old_order(node):
        yield "param order", method, "TypeError", node


def _class_of_self(path: Sequence[ast.AST]) -> tuple[ast.ClassDef, Sequence[ast.AST]] | None:
    """The class whose `self` the place sees, with the way down to the class's surroundings."""
    for place in range(len(path) - 1, 0, -1):
        node, owner = path[place], path[place - 1]
        if isinstance(node, FUNCTIONS) and any(arg.arg == "self" for arg in node.args.args):
            return (owner, path[: place - 1]) if isinstance(owner, ast.ClassDef) else None
    return None


def _is_set(name: str, owner: ast.ClassDef) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == name and not isinstance(node.ctx, ast.Load)
        for node in ast.walk(owner)
    )


def _has_old_order(node: ast.Call) -> bool:
    """`self.param(name, shape, init)`, by position or by the keywords of that time."""
    if any(isinstance(arg, ast.Starred) for arg in node.args):
        return False
    if len(node.args) == 3:
        return _is_shape(node.args[1]) and not _is_shape(node.args[2])
    keywords = {keyword.arg for keyword in node.keywords}
    return len(node.args) <= 2 and "shape" in keywords and "initializer" in keywords


def _is_shape(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_shape(node.left) or _is_shape(node.right)
    if isinstance(node, ast.Subscript):
        return _is_shape(node.value) and isinstance(node.slice, ast.Slice)
    return isinstance(node, (ast.Tuple, ast.List)) or (
        isinstance(node, ast.Attribute) and node.attr == "shape"
    )


def _is_key(node: ast.expr, path: Sequence[ast.AST], scopes: Scopes) -> bool:
    """Whether the expression is a random key: made by jax.random, or called so."""
    if isinstance(node, ast.Call):
        dotted = scopes.dotted(node.func, path)
        return dotted is not None and dotted.startswith("jax.random.")
    if isinstance(node, ast.Subscript):
        return _is_key(node.value, path, scopes)
    if isinstance(node, ast.Attribute):
        return _KEY.search(node.attr) is not None
    return isinstance(node, ast.Name) and _KEY.search(node.id) is not None


def _constructed(node: ast.Call, found: FlaxClass, path: Sequence[ast.AST]) -> Iterator[_Seen]:
    """`nn.Dense(x, 500)`: the constructor took the input, and Linen's takes fields only."""
    symbol = catalog.linen(found.root)
    if symbol is None or not node.args or isinstance(node.args[0], ast.Starred):
        return
    name = found.root.rpartition(".")[2]
    positional = [parameter.name for parameter in symbol.fields][: len(node.args)]
    keywords = {keyword.arg for keyword in node.keywords}
    if not any(isinstance(arg, ast.Starred) for arg in node.args) and keywords & set(positional):
        if _is_input(node.args[0], path) or isinstance(node.args[0], ast.Name):
            yield "input", name, "TypeError", node
        return
    if found.old:
        parent = path[-2]
        called = isinstance(parent, ast.Call) and parent.func is node
        if not called and isinstance(node.args[0], (ast.Name, ast.Call)):
            yield "input", name, "TypeError", node
    elif _is_input(node.args[0], path) and _is_used_as_output(node, path):
        yield "input", name, "TypeError", node


def _is_input(node: ast.expr, path: Sequence[ast.AST]) -> bool:
    """Whether the expression is the input of the forward method around it, or a name like it."""
    if not isinstance(node, ast.Name):
        return False
    for place in reversed(path):
        if isinstance(place, FUNCTIONS):
            if place.name not in ("apply", "__call__"):
                return False
            names = [arg.arg for arg in place.args.args]
            return len(names) > 1 and node.id == names[1]
    return False


def _is_used_as_output(node: ast.Call, path: Sequence[ast.AST]) -> bool:
    """Whether the result takes the place of the input: `x = nn.Dense(x, 500)`."""
    parent = path[-2]
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        target = parent.targets[0]
        assert isinstance(node.args[0], ast.Name)
        return isinstance(target, ast.Name) and target.id == node.args[0].id
    return isinstance(parent, ast.Call) and node in parent.args and len(node.args) > 1
