"""Other files of the project that lead to the flagged line: callers, subclasses, tests."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from jaxlint.verify import own_calls, places, watch
from jaxlint.verify.exercise import Bench
from jaxlint.verify.guesses import Guess
from jaxlint.verify.loader import UserCode, module_place
from jaxlint.verify.synth_run import Synthesis

MAX_FILES, MAX_READ = 6, 400
SKIPPED = {"__pycache__", "node_modules", "build", "dist", "venv", "site-packages"}


def leading_names(tree: ast.Module, line: int) -> set[str]:
    """The names of the flagged file by which others can reach `line`."""
    out = places.outline(tree)
    names = {name.rpartition(".")[2] for name in out.reaching(line)}
    names |= {name.partition(".")[0] for name in out.reaching(line)}
    return {name for name in names if not name.startswith("__")} | places.assigned_at(tree, line)


@dataclass(frozen=True)
class Neighbour:
    """A file to start from, and the names in it that lead to the flagged line."""

    path: str
    tree: ast.Module
    names: frozenset[str]


def neighbours(path: str, names: set[str]) -> list[Neighbour]:
    """Files of the same package (or folder) that mention one of `names`, the nearest first.

    A file that mentions a name and the module it comes from is one; so is, in a second round, a
    file that does so with the definitions of the first ones that use such a name.
    """
    folder, module = module_place(path)
    top = os.path.join(folder, module.partition(".")[0]) if "." in module else folder
    texts = dict(_texts(top, os.path.abspath(path)))
    found: dict[str, Neighbour] = {}
    wanted, stems = set(names), {module.rpartition(".")[2]}
    for _ in range(2):
        more, more_stems = set(wanted), set(stems)
        for other, text in texts.items():
            if other in found or not (_mentions(text, wanted) and _mentions(text, stems)):
                continue
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError):
                continue
            found[other] = Neighbour(other, tree, frozenset(wanted))
            leading = places.outline(tree).leading_to(wanted)
            more |= {name.partition(".")[0] for name in leading}
            more_stems.add(module_place(other)[1].rpartition(".")[2])
        wanted, stems = more, more_stems
    here = os.path.dirname(os.path.abspath(path))
    order = sorted(found, key=lambda p: (os.path.dirname(p) != here, p.count(os.sep)))
    useful = [found[p] for p in order if places.outline(found[p].tree).defs]
    return useful[:MAX_FILES]


def _mentions(text: str, words: set[str]) -> bool:
    return bool(words) and bool(
        re.search(r"\b(?:" + "|".join(map(re.escape, sorted(words))) + r")\b", text)
    )


def _texts(top: str, but: str) -> Iterator[tuple[str, str]]:
    """(absolute path, text) of the Python files below `top`, without `but`."""
    for number, path in enumerate(_python_files(os.path.abspath(top))):
        if number >= MAX_READ:
            return
        if path == but:
            continue
        try:
            with open(path, encoding="utf-8") as handle:
                yield path, handle.read(200_000)
        except (OSError, UnicodeDecodeError):
            continue


def _python_files(top: str) -> Iterator[str]:
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and not f.startswith("."))
        for name in sorted(files):
            if name.endswith(".py"):
                yield os.path.join(folder, name)


def run_neighbours(
    user: UserCode, bench: Bench, seen: watch.Watch, tree: ast.Module, given: dict[str, Guess]
) -> None:
    """Own calls and synthesis from other files, for a line its own file does not reach.

    Raises Enough.
    """
    names = leading_names(tree, bench.finding.span.line)
    for other in neighbours(user.path, names):
        user.entry = other.path
        leading = set(other.names)
        before = (bench.evidence.problem, bench.evidence.message)
        bench.evidence.problem, bench.evidence.message = None, ""
        if own_calls.import_file(user, bench, seen):
            bench.evidence.notes.append(f"started from {os.path.relpath(other.path)}")
            own_calls.run_entries(user, bench, seen, other.tree, leading)
            Synthesis(user, bench, seen, other.tree, given, leading).run()
        if bench.evidence.executed or user.site.executed:
            return
        bench.evidence.problem, bench.evidence.message = before
