"""What a message advises where Haiku's version of a transform needs more than a new name."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from jaxlint.analysis.observations import RawSite
from jaxlint.finding import Finding
from jaxlint.fixes.context import is_given_to_root
from jaxlint.fixes.fitness import ON_COPIED_NAMES
from jaxlint.fixes.names import Names
from jaxlint.fixes.naming import keeps_names
from jaxlint.fixes.tree import Tree, Uses


def advised(finding: Finding, sites: Sequence[RawSite], tree: Tree) -> Finding:
    """The finding, told to build modules outside where others would take up their names.

    sites: what was seen at the finding's place, run by run.
    """
    site = sites[0]
    version = (site.transform.replacement.get("haiku") or "").replace("hk.", "haiku.", 1)
    advice = finding.replacement
    if version not in ON_COPIED_NAMES or advice is None or not advice.startswith("use "):
        return finding
    if not any(e.built for s in sites for e in s.effects):
        return finding
    node, uses = site.node, Uses((), True)
    if site.transform.form == "wrap" and isinstance(node, ast.expr):
        if is_given_to_root(node, tree, Names(tree, site.frame.env, node)):
            return finding
        uses = tree.uses(node)
    if all(keeps_names(s, uses, tree) for s in sites):
        return finding
    better = f"{advice} and build the modules outside the callable"
    message = finding.message.removesuffix(advice) + better
    return replace(finding, message=message, replacement=better)
