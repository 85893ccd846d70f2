"""Whether the place of a fix runs inside a root, where Haiku's own versions may be called."""

from __future__ import annotations

import ast

from jaxlint import catalog
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.observations import LiftedSite, RawSite
from jaxlint.analysis.values import Instance
from jaxlint.fixes.names import Names
from jaxlint.fixes.naming import is_module
from jaxlint.fixes.tree import Tree


def runs_in_root(site: RawSite | LiftedSite, names: Names) -> bool:
    """Whether the expression of a site is certainly evaluated inside a root.

    Its callable has effects, so the calls of it are; the expression is, if the same run of a
    function makes one, or has other effects, or belongs to a module.
    """
    tree, node = names.tree, site.node
    function = tree.function(node)
    if function is None or not isinstance(node, ast.expr):
        return False
    if _is_run_in(function, node, names, 4):
        return True
    if is_module(_receiver(site.frame, tree.method(node))):
        return True
    return any(step.node is not node for e in site.frame.effects for step in e.steps()[:1])


def _is_run_in(function: ast.AST, node: ast.expr, names: Names, depth: int) -> bool:
    """Whether `function` itself runs the callable that the expression makes or names."""
    tree = names.tree
    uses = tree.uses(node)
    if any(tree.function(call) is function for call in uses.calls):
        return True
    if depth == 0:
        return False
    users = [node]
    if uses.name is not None:
        users += [
            n
            for n in ast.walk(function)
            if isinstance(n, ast.Name) and n.id == uses.name and isinstance(n.ctx, ast.Load)
        ]
    for user in users:
        outer = tree.parent(user)
        if isinstance(outer, ast.keyword):
            outer = tree.parent(outer)
        if not isinstance(outer, ast.Call) or outer.func is user:
            continue
        form = _transform_form(names.dotted(outer.func))
        if form == "call" and tree.function(outer) is function:
            return True
        if form == "wrap" and _is_run_in(function, outer, names, depth - 1):
            return True
    return False


def _transform_form(dotted: str | None) -> str | None:
    """How a transform, raw or lifted, runs its callable."""
    if dotted is None:
        return None
    spec = catalog.transform(dotted)
    if spec is not None:
        return spec.form
    symbol = catalog.symbol(dotted)
    return symbol.form if symbol is not None and symbol.kind == "lifted" else None


def is_of_one_kind(site: RawSite, callee: ast.expr | None, tree: Tree) -> bool:
    """Whether the site is given callables of Haiku in every run.

    A plain class that keeps its callable in an attribute can be made for a pure function as well,
    and then be used outside every root.
    """
    base = callee
    while isinstance(base, (ast.Attribute, ast.Subscript)):
        base = base.value
    if base is callee or not isinstance(base, ast.Name):
        return True
    method = tree.method(site.node)
    if method is None or not method.args.args or method.args.args[0].arg != base.id:
        return True
    return is_module(_receiver(site.frame, method))


def _receiver(frame: Frame, method: ast.AST | None) -> Instance | None:
    """The object whose `method` surrounds the frame's function."""
    env = frame.env
    while method is not None:
        inner = env.frame
        if inner is not None and inner.function is not None and inner.function.node is method:
            return inner.receiver if isinstance(inner.receiver, Instance) else None
        if env.parent is None:
            break
        env = env.parent
    return None


def is_given_to_root(node: ast.expr, tree: Tree, names: Names) -> bool:
    """Whether the expression is what `hk.transform(...)` or a relative is called with."""
    call = tree.parent(node)
    if isinstance(call, ast.keyword):
        call = tree.parent(call)
    if not isinstance(call, ast.Call) or call.func is node:
        return False
    dotted = names.dotted(call.func)
    symbol = catalog.symbol(dotted) if dotted is not None else None
    return symbol is not None and symbol.kind == "root" and not symbol.traits.get("runs")
