"""Other files of the project that lead to the flagged line: callers, subclasses, tests."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

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


def neighbours(path: str, names: set[str]) -> list[str]:
    """Files of the same package (or folder) that mention one of `names`, the nearest first."""
    if not names:
        return []
    folder, module = module_place(path)
    top = os.path.join(folder, module.partition(".")[0]) if "." in module else folder
    wanted = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b")
    stem = module.rpartition(".")[2]
    found = []
    for number, other in enumerate(_python_files(top)):
        if number >= MAX_READ:
            break
        if os.path.abspath(other) == os.path.abspath(path):
            continue
        try:
            with open(other, encoding="utf-8") as handle:
                text = handle.read(200_000)
        except (OSError, UnicodeDecodeError):
            continue
        if wanted.search(text) and re.search(rf"\b{re.escape(stem)}\b", text):
            found.append(other)
    here = os.path.dirname(os.path.abspath(path))
    found.sort(key=lambda p: (os.path.dirname(os.path.abspath(p)) != here, p.count(os.sep), p))
    return found[:MAX_FILES]


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
    for path in neighbours(user.path, names):
        with open(path, encoding="utf-8") as handle:
            other = ast.parse(handle.read())
        user.entry = path
        before = (bench.evidence.problem, bench.evidence.message)
        bench.evidence.problem, bench.evidence.message = None, ""
        if own_calls.import_file(user, bench, seen):
            bench.evidence.notes.append(f"started from {os.path.relpath(path)}")
            own_calls.run_entries(user, bench, seen, other, names)
            Synthesis(user, bench, seen, other, given, names).run()
        if bench.evidence.executed or user.site.executed:
            return
        bench.evidence.problem, bench.evidence.message = before
