"""Fixes of JAX101, JAX102 and JAX103: Haiku's own version in place of a raw transform."""

from __future__ import annotations

import ast

from jaxlint import catalog
from jaxlint.analysis.effects import STATE_WRITE
from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Edit, Finding, Fix, Hazard
from jaxlint.fixes.application import (
    Application,
    application_of,
    inserted,
    replaced,
    with_arguments,
)
from jaxlint.fixes.context import is_given_to_root, is_of_one_kind, runs_in_root
from jaxlint.fixes.fitness import Candidate, does_the_same
from jaxlint.fixes.names import Names
from jaxlint.fixes.split import split_argument
from jaxlint.fixes.tree import Tree, Uses

POSITIONAL = {"haiku.vmap": 5, "haiku.remat": 1}
"""How many arguments go by position where some are keyword-only (haiku/_src/stateful.py)."""
NOT_TAKEN = frozenset({"concrete"})
"""Keywords that are gone from JAX."""


def fix_raw(sites: list[RawSite], finding: Finding, tree: Tree) -> Fix | None:
    """Haiku's own version of the transform; None where it would not do, or not do the same.

    sites: what was seen at the finding's place, run by run.
    """
    site = sites[0]
    version = (site.transform.replacement.get("haiku") or "").replace("hk.", "haiku.", 1)
    symbol = catalog.symbol(version) if version else None
    if symbol is None or symbol.removed or version == "haiku.while_loop":
        return None
    if any(s.prefix or s.refused for s in sites) or not isinstance(site.node, ast.expr):
        return None
    names = Names(tree, site.frame.env, site.node)
    written = application_of(site.node, site.transform.name, names)
    if written is None or not _takes(symbol, written):
        return None
    slot = site.transform.callables[0]
    wraps = site.transform.form == "wrap"
    candidate = Candidate(
        version,
        sites,
        site.node,
        written,
        written.argument(slot.position or 0, slot.keyword or ""),
        tree.uses(site.node) if wraps else Uses((), True),
        wraps and is_given_to_root(site.node, tree, names),
        tree,
    )
    if not all(is_of_one_kind(s, candidate.callee, tree) for s in sites):
        return None
    return _rewritten(candidate, finding, names) if does_the_same(candidate) else None


def _takes(symbol: catalog.Symbol, written: Application) -> bool:
    """Whether Haiku's version takes every argument that is given."""
    taken = [name for name in symbol.arguments if not name.startswith("*")]
    open_positions = any(name.startswith("*") for name in symbol.arguments)
    open_keywords = any(name.startswith("**") for name in symbol.arguments)
    limit = POSITIONAL.get(symbol.name, len(taken))
    if written.keywords is None or (len(written.given) > limit and not open_positions):
        return False
    allowed = set(taken) - NOT_TAKEN
    return open_keywords or all(k.arg in allowed for k in written.keywords)


def _rewritten(candidate: Candidate, finding: Finding, names: Names) -> Fix | None:
    tree, written, node = candidate.tree, candidate.written, candidate.node
    name = names.spell(candidate.version)
    if name is None:
        return None
    is_vmap = candidate.version == "haiku.vmap"
    arguments = []
    if is_vmap:
        value = split_argument(candidate.effects, names)
        if value is None:
            return None
        arguments.append(value)
    elif candidate.version == "haiku.scan" and written.argument(2, "xs") is None:
        arguments.append("xs=None")
    edits: list[Edit] = []
    if _waits_for_root(candidate, names):
        # `hk.remat(f)` itself asks for a root: it has to wait for the call.
        first = tree.text.start(written.name) == tree.text.start(node)
        if not candidate.given_to_root or not first:
            return None
        taken = "*args" if is_vmap else "*args, **kwargs"
        edits.append(inserted(tree, tree.text.end(node), f"({taken})"))
        name = f"lambda {taken}: {name}"
    if written.call is None and arguments:
        partial = names.spell("functools.partial")
        if partial is None:
            return None
        name = f"{partial}({', '.join([name, *arguments])})"
    elif written.call is not None and arguments:
        edits.append(with_arguments(tree, written.call, arguments))
    edits.append(replaced(tree, written.name, name))
    new = candidate.version.replace("haiku.", "hk.")
    shown = f"{new}(..., {arguments[0]})" if is_vmap else new
    return Fix(
        f"use {shown} in place of {candidate.sites[0].transform.name}",
        (*names.imports, *edits),
        safe=_is_safe(candidate, finding),
    )


def _waits_for_root(candidate: Candidate, names: Names) -> bool:
    """Whether Haiku's version may not be named where the transform stands, outside every root."""
    if not candidate.wraps or (candidate.version == "haiku.vmap" and not candidate.draws):
        return False
    return not all(runs_in_root(site, names) for site in candidate.sites)


def _is_safe(candidate: Candidate, finding: Finding) -> bool:
    """Whether a program that works so far computes the same: no other keys, no other state."""
    if candidate.draws or finding.hazard is Hazard.SILENT:
        return False
    if any(e.kind == STATE_WRITE for e in candidate.effects):
        return False
    # What hk.vmap makes takes no keywords: a call that is not in sight may have some.
    in_sight = candidate.uses.complete or candidate.given_to_root
    return in_sight or candidate.version != "haiku.vmap"
