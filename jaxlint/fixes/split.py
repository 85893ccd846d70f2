"""Fixes of JAX111 and JAX112: the `split_rng` that hk.vmap lacks, or has wrong."""

from __future__ import annotations

import ast

from jaxlint.analysis.effects import Effect
from jaxlint.analysis.observations import LiftedSite
from jaxlint.finding import Finding, Fix
from jaxlint.fixes.application import replaced, with_arguments
from jaxlint.fixes.context import runs_in_root
from jaxlint.fixes.names import Names
from jaxlint.fixes.tree import Tree
from jaxlint.rules.splitting import WITHOUT_DRAWS, draws_at_apply, needs_key, split_rng


def fix_split(sites: list[LiftedSite], finding: Finding, tree: Tree) -> Fix | None:
    """Add `split_rng`, or put what fits the callable in place of the False.

    sites: what was seen at the finding's place, run by run.
    """
    site = sites[0]
    effects = [e for seen in sites for _, found in seen.branches for e in found]
    draws = draws_at_apply(effects)
    node = site.node
    if not isinstance(node, ast.expr):
        return None
    names = Names(tree, site.frame.env, node)
    if draws and not all(runs_in_root(s, names) for s in sites):
        return None  # hk.running_init() asks for a root
    value = split_argument(effects, names)
    if value is None:
        return None
    if finding.code == "JAX111":
        return _added(node, value, names)
    return _changed(node, value, names)


def split_argument(effects: list[Effect], names: Names) -> str | None:
    """The `split_rng` argument for a callable with these effects, as the file can spell it."""
    if not draws_at_apply(effects):
        return f"split_rng={WITHOUT_DRAWS}"
    guard = names.spell("haiku.running_init")
    maybe = guard if needs_key(effects) else names.spell("haiku.maybe_next_rng_key")
    if guard is None or maybe is None:
        return None
    return f"split_rng={split_rng(effects, guard, maybe)}"


def _added(node: ast.expr, value: str, names: Names) -> Fix | None:
    if isinstance(node, ast.Call):
        edit = with_arguments(names.tree, node, [value])
    else:
        partial = names.spell("functools.partial")
        if partial is None:
            return None
        text = ast.get_source_segment(names.tree.file.source, node)
        edit = replaced(names.tree, node, f"{partial}({text}, {value})")
    return Fix(f"add {value}", (*names.imports, edit), safe=True)


def _changed(node: ast.expr, value: str, names: Names) -> Fix | None:
    if not isinstance(node, ast.Call) or any(k.arg is None for k in node.keywords):
        return None
    given = next((k.value for k in node.keywords if k.arg == "split_rng"), None)
    if given is not None:
        if not _is_fixed(given, names):
            return None
        edit = replaced(names.tree, given, value.partition("=")[2])
    elif names.dotted(node.func) == "haiku.vmap":
        return None
    else:
        # A partial binds the False: a keyword of the call goes before it.
        edit = with_arguments(names.tree, node, [value])
    return Fix(f"use {value}", (*names.imports, edit))


def _is_fixed(value: ast.expr, names: Names) -> bool:
    """Whether the argument is the same in every run: a literal, or a constant of the module."""
    if isinstance(value, ast.Name):
        env = names.env.find(value.id)
        file = names.tree.file
        return env is file.env and len(file.bindings.get(value.id, ())) == 1
    return isinstance(value, ast.Constant)
