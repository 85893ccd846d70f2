"""Big tables of literals, of which the evaluator looks only at what may matter."""

from __future__ import annotations

import ast

TABLE = 256
"""A display with more elements than this is a table: its literals are passed over."""
LOOKED_AT = 1000
"""How many other elements of a table are evaluated."""


def telling(elements: list[ast.expr]) -> list[ast.expr]:
    """The elements of a table that are no literals, the first of them."""
    found = []
    for element in elements:
        if type(element) is not ast.Constant and not is_literal(element):
            found.append(element)
            if len(found) == LOOKED_AT:
                break
    return found


def is_literal(node: ast.expr | None) -> bool:
    """Whether an expression is made of constants alone."""
    kind = type(node)
    if kind is ast.Constant:
        return True
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(map(is_literal, node.elts))
    if isinstance(node, ast.UnaryOp):
        return is_literal(node.operand)
    if isinstance(node, ast.Dict):
        return all(map(is_literal, node.values)) and all(map(is_literal, node.keys))
    return isinstance(node, ast.BinOp) and is_literal(node.left) and is_literal(node.right)
