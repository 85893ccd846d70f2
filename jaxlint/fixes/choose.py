"""Which fix a finding gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jaxlint.analysis.left import FrozenLeftover, PreLinen, RemovedName
from jaxlint.analysis.observations import LiftedSite, Observation, RawSite, UnliftedInit
from jaxlint.finding import Finding, Fix
from jaxlint.fixes.advice import advised
from jaxlint.fixes.lifting import fix_lift
from jaxlint.fixes.raw import fix_raw
from jaxlint.fixes.renames import fix_leftover
from jaxlint.fixes.split import fix_split
from jaxlint.fixes.tree import Tree

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile


def with_fixes(
    file: ModuleFile, found: Iterable[tuple[Finding, Sequence[Observation]]]
) -> list[Finding]:
    """The findings of a file, each with its fix if it has one.

    found: each finding with every observation made at its place (one expression may be evaluated
    for several runs): the fix has to be right for all of them.
    """
    tree = Tree(file)
    return [_completed(observations, finding, tree) for finding, observations in found]


def _completed(observations: Sequence[Observation], finding: Finding, tree: Tree) -> Finding:
    sites = [o for o in observations if isinstance(o, RawSite)]
    if sites:
        finding = advised(finding, sites, tree)
    return replace(finding, fix=_fix(observations, finding, tree))


def fix_for(observation: Observation, finding: Finding) -> Fix | None:
    """The fix of a finding that `observation` led to; None where no edit is known to be right."""
    return _fix([observation], finding, Tree(observation.file))


def _fix(observations: Sequence[Observation], finding: Finding, tree: Tree) -> Fix | None:
    first = observations[0]
    if tree.parent(first.node) is None or tree.is_in_fstring(first.node):
        return None
    if isinstance(first, RawSite) and finding.facts.get("library") == "haiku":
        return fix_raw([o for o in observations if isinstance(o, RawSite)], finding, tree)
    if isinstance(first, (RemovedName, PreLinen, FrozenLeftover)):
        return fix_leftover(first, tree)
    if isinstance(first, UnliftedInit):
        return fix_lift(first, tree)
    if isinstance(first, LiftedSite) and finding.code in ("JAX111", "JAX112"):
        return fix_split([o for o in observations if isinstance(o, LiftedSite)], finding, tree)
    return None
