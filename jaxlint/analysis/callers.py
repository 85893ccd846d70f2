"""Callers in other files: a raw transform may be right because whoever calls it guards it.

A function that nothing in its own file calls is evaluated as anybody might call it. Before a
finding is made of that, the rest of the project is asked: if the callers there all run it
behind an init guard, the parameters exist already and the finding would be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxlint.analysis.core import BudgetSpent
from jaxlint.analysis.effects import PARAM, STATE_CREATE
from jaxlint.analysis.observations import RawSite

if TYPE_CHECKING:
    from jaxlint.analysis.interpreter import Interpreter
    from jaxlint.analysis.project import Project

MAX_FILES = 12
"""How many files that mention the function are looked at."""


def is_guarded_elsewhere(site: RawSite, interpreter: Interpreter) -> bool:
    """Whether the project's callers in other files all run the site after init only."""
    entry = site.entry
    if entry is None or site.phase == "apply":
        return False
    if not any(
        e.kind in (PARAM, STATE_CREATE) and e.phase != "apply" and not e.is_linen
        for e in site.effects
    ):
        return False
    if entry.name.startswith("__") and entry.owner is not None:
        word, pattern = entry.owner.name, rf"\b{entry.owner.name}\b"
    else:
        word, pattern = entry.name, rf"\b{entry.name}\s*\("
    seen: list[RawSite] = []
    project = interpreter.project
    named = project.matching(site.file.path, word, pattern)
    callers = [path for path in named if _imports(path, site.file.path, project)]
    for path in callers[:MAX_FILES]:
        seen += _sites_seen_from(path, site, interpreter)
    return bool(seen) and all(s.phase == "apply" for s in seen)


def _imports(path: str, wanted: str, project: Project) -> bool:
    """Whether the file imports `wanted`, itself or through two files in between."""
    reached, fresh = {path}, [path]
    for _ in range(3):
        found = {f for p in fresh for f in project.imported_files(p, project.text(p) or "")}
        if wanted in found:
            return True
        fresh = [f for f in found if f not in reached]
        reached |= found
    return False


def _sites_seen_from(path: str, site: RawSite, interpreter: Interpreter) -> list[RawSite]:
    """The same site, as the evaluation of another file comes to it."""
    from jaxlint.analysis.entries import run_entries

    cache = interpreter.seen_from
    if path not in cache:
        project = interpreter.project
        name, is_package = project.name_of(path)
        opened = project.open(path, name, is_package)
        cache[path] = []
        if opened is None:
            return []
        interpreter.dependencies.add(path)
        opened.linted = True
        other = type(interpreter)(opened, project, interpreter.options)
        try:
            run_entries(other, opened)
        except (BudgetSpent, RecursionError):
            return []
        cache[path] = [o for o in other.observations if isinstance(o, RawSite)]
    place = (site.file.path, site.node.lineno, site.node.col_offset)  # type: ignore[attr-defined]
    return [
        s
        for s in cache[path]
        if (s.file.path, getattr(s.node, "lineno", 0), getattr(s.node, "col_offset", 0)) == place
    ]
