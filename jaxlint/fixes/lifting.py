"""Fixes of JAX104: `hk.lift` around the init of an inner hk.transform."""

from __future__ import annotations

import ast

from jaxlint.analysis.observations import UnliftedInit
from jaxlint.finding import Fix
from jaxlint.fixes.application import inserted
from jaxlint.fixes.names import Names
from jaxlint.fixes.tree import Tree

NAME = "inner"
"""The name scope of the lifted parameters; Haiku numbers a second one."""


def fix_lift(seen: UnliftedInit, tree: Tree) -> Fix | None:
    """Lift what makes the inner parameters: the `init` itself, or the transform of it.

    None for a pair with state (its lift returns an updater, which the code then has to call), and
    where the init may run inside a raw transform (the lift belongs around that).
    """
    node = seen.node
    if seen.pair.stateful or not isinstance(node, ast.Call) or tree.function(node) is None:
        return None
    outer = tree.parent(node)
    made = isinstance(outer, ast.Call) and outer.func is node
    target = node if made else node.func
    if _may_run_in_transform(node, tree):
        return None
    names = Names(tree, seen.frame.env, node)
    lift = names.spell("haiku.lift")
    if lift is None:
        return None
    text = tree.text
    edits = (
        *names.imports,
        inserted(tree, text.start(target), f"{lift}("),
        inserted(tree, text.end(target), f', name="{NAME}")'),
    )
    return Fix("lift the inner init, so that the outer transform holds its parameters", edits)


def _may_run_in_transform(node: ast.expr, tree: Tree) -> bool:
    """Whether the function around the init is a lambda, or is handed to something."""
    function = tree.function(node)
    if function is None or isinstance(function, ast.Lambda):
        return True
    if tree.function(function) is None:
        return False
    if function.decorator_list:
        return True
    scope = tree.function(function)
    for other in ast.walk(scope) if scope is not None else ():
        if isinstance(other, ast.Name) and other.id == function.name:
            parent = tree.parent(other)
            if not (isinstance(parent, ast.Call) and parent.func is other):
                return True
    return False
