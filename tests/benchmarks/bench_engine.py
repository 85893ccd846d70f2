"""The engine by itself: against `ast.parse`, as projects grow, and on one file as it is typed."""

from __future__ import annotations

import ast
import gc
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from corpus import generated_project, jax_code, source_of
from timing import Row, cpu_seconds, in_turn, median, spread

SIZES = (1, 4, 16)
SMALLEST = 8
"""Files of the smallest project."""
KEYSTROKES = 60


def parse(runs: int) -> Iterator[Row]:
    """CPU time to analyse Haiku's files, whose trees are there, over that of parsing them."""
    from jaxlint.analysis.engine import analyse
    from jaxlint.analysis.project import Project

    texts = {str(path): path.read_text(encoding="utf-8") for path in jax_code()[0].rglob("*.py")}
    gc.disable()
    trees = {path: ast.parse(text) for path, text in texts.items()}
    each: dict[str, list[float]] = {path: [] for path in texts}

    def analysed() -> float:
        project = Project()
        total = 0.0
        for path, text in texts.items():
            seconds = cpu_seconds(
                lambda: analyse(path, text, tree=trees[path], project=project)  # noqa: B023
            )
            each[path].append(seconds)
            total += seconds
        return total

    def parsed() -> float:
        return cpu_seconds(lambda: [ast.parse(text) for text in texts.values()])

    analysed()
    ratios = [with_trees / parsing for with_trees, parsing in in_turn(analysed, parsed, runs)]
    gc.enable()
    yield Row(
        f"analysis of {jax_code()[0].name} over ast.parse",
        median(ratios),
        "x",
        note=f"{len(texts)} files; {spread(ratios)}",
    )
    ordered = sorted((median(seconds), path) for path, seconds in each.items())
    slowest = ordered[-1]
    yield Row("a file of it, median", 1e3 * ordered[len(ordered) // 2][0], "ms")
    yield Row("the dearest file of it", 1e3 * slowest[0], "ms", note=Path(slowest[1]).name)


def growth(runs: int) -> Iterator[Row]:
    """CPU time for each file of projects of growing size: linear growth keeps it level."""
    from jaxlint.config import Options
    from jaxlint.runner import Checker

    per_file: dict[int, list[float]] = {size: [] for size in SIZES}
    with tempfile.TemporaryDirectory() as folder:
        projects = {
            size: generated_project(Path(folder, str(size)), SMALLEST * size) for size in SIZES
        }
        for _ in range(max(1, runs // 2)):
            for size, paths in projects.items():

                def check(paths: list[str] = paths) -> None:
                    checker = Checker(Options())
                    for path in paths:
                        assert not checker.check(path).diagnostics

                per_file[size].append(cpu_seconds(check) / len(paths))
    smallest = median(per_file[SIZES[0]])
    for size in SIZES:
        seconds = median(per_file[size])
        yield Row(
            f"a file of a project of {SMALLEST * size}",
            1e3 * seconds,
            "ms",
            note=f"{seconds / smallest:.2f} of that in the smallest",
        )


def keystrokes(runs: int) -> Iterator[Row]:
    """Seconds by the clock until the findings of a file of 1,000 lines are there, after an edit."""
    from jaxlint.analysis.engine import analyse
    from jaxlint.analysis.project import Project

    source = source_of(24)
    lines = source.count("\n")
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "net.py"))
        Path(path).write_text(source, encoding="utf-8")
        project = Project()
        for number in range(KEYSTROKES * max(1, runs // 2)):
            edited = source.replace("depth: int = 3", f"depth: int = {number}", 1)
            start = time.perf_counter()
            report = analyse(path, edited, project=project)
            taken.append(time.perf_counter() - start)
            assert report.findings and not report.diagnostics
    taken.sort()
    note = f"{lines} lines, {len(report.findings)} findings, {len(taken)} edits"
    yield Row("an edit, median", 1e3 * median(taken), "ms", note=note)
    yield Row("an edit, 95th percentile", 1e3 * taken[int(len(taken) * 0.95)], "ms", 100)
