"""What the conditions around a line ask of names: the values with which it is reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

Asked = tuple[str, Any]
"""The name of a variable or attribute, and the value that it has to have."""


def guards(tree: ast.Module, line: int) -> dict[str, Any]:
    """The values that the conditions around `line` ask for, by name.

    `if self.chunked:` and `if chunked:` both give `chunked`; `mode == "lstm"`, `mode in ("lstm",
    "gru")`, `case "lstm":` give `mode`. What asks for anything but a constant is left alone.
    """
    out: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.If, ast.IfExp)):
            wanted = _wanted(tree, node, line)
            if wanted is not None:
                out.update(asked(node.test, wanted))
        elif isinstance(node, ast.Match):
            out.update(_matched(node, line))
    return out


def _wanted(tree: ast.Module, node: ast.If | ast.IfExp, line: int) -> bool | None:
    """Which outcome of the test leads to `line`; None when either may."""
    body = node.body if isinstance(node.body, list) else [node.body]
    orelse = node.orelse if isinstance(node.orelse, list) else [node.orelse]
    if _hold(body, line):
        return True
    if _hold(orelse, line):
        return False
    leaves = bool(body) and isinstance(body[-1], (ast.Return, ast.Raise))
    past = leaves and line > (node.end_lineno or 0) and _same_function(tree, node, line)
    return False if past else None


def _hold(nodes: list[Any], line: int) -> bool:
    return any(n.lineno <= line <= (n.end_lineno or 0) for n in nodes)


def _same_function(tree: ast.Module, node: ast.AST, line: int) -> bool:
    """Whether `line` is in the function whose body holds the statement `node`."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and node in function.body:
            return function.lineno <= line <= (function.end_lineno or 0)
    return False


def asked(test: ast.expr, wanted: bool) -> Iterator[Asked]:
    """What names have to be for `test` to come out as `wanted`."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from asked(test.operand, not wanted)
    elif isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) is wanted:  # all of them have to come out so
            for value in test.values:
                yield from asked(value, wanted)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        yield from _compared(test.left, test.ops[0], test.comparators[0], wanted)
    else:
        name = name_of(test)
        if name is not None:
            yield name, wanted


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, wanted: bool) -> Iterator[Asked]:
    name = name_of(left)
    equal = isinstance(op, (ast.Eq, ast.Is)) if wanted else isinstance(op, (ast.NotEq, ast.IsNot))
    member = isinstance(op, ast.In) if wanted else isinstance(op, ast.NotIn)
    if name is None:
        name, right = name_of(right), left
        member = False
    if name is not None and equal and isinstance(right, ast.Constant):
        yield name, right.value
    elif name is not None and member and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
        if right.elts and isinstance(right.elts[0], ast.Constant):
            yield name, right.elts[0].value


def _matched(node: ast.Match, line: int) -> Iterator[Asked]:
    name = name_of(node.subject)
    for case in node.cases:
        pattern = case.pattern
        if isinstance(pattern, ast.MatchOr):
            pattern = pattern.patterns[0]
        value = pattern.value if isinstance(pattern, ast.MatchValue) else None
        if name is not None and _hold(case.body, line) and isinstance(value, ast.Constant):
            yield name, value.value


def name_of(node: ast.expr) -> str | None:
    """The name of a variable, or of an attribute without its owner."""
    return getattr(node, "attr", getattr(node, "id", None))
