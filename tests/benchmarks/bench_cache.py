"""`jaxlint check` of a project, with an empty cache and again with a warm one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from corpus import generated_project, jax_code, lines_in
from timing import Row, child, median, spread

GENERATED = 64


def cache(runs: int) -> Iterator[Row]:
    """Clock time of a cold run over that of a warm one."""
    with tempfile.TemporaryDirectory() as folder:
        installed = Path(folder, "installed")
        for package in jax_code():
            shutil.copytree(package, installed / package.name)
        made = Path(folder, "made")
        generated_project(made, GENERATED)
        for name, project in (
            (" and ".join(package.name for package in jax_code()), installed),
            (f"a project of {GENERATED} files", made),
        ):
            ratios, warm = [], []
            for _ in range(runs):
                shutil.rmtree(project / ".jaxlint_cache", ignore_errors=True)
                first = child(["-m", "jaxlint", "check", "."], project)
                second = child(["-m", "jaxlint", "check", "."], project)
                ratios.append(first.wall / second.wall)
                warm.append(second.wall)
            note = f"{lines_in([project])} lines, {median(warm):.2f} s warm; {spread(ratios)}"
            yield Row(f"cold over warm, {name}", median(ratios), "x", 20, True, note)
