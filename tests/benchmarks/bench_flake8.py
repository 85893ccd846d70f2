"""flake8 with the plugin against flake8 without it: CPU time, start-up, peak memory."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from corpus import jax_code, lines_in, other_code
from timing import ROOT, Row, Usage, child, in_turn, median, spread

LAUNCHER = str(Path(__file__).with_name("flake8_launcher.py"))
LITTLE = (
    "import haiku as hk\nimport jax\n\nnet = hk.transform(lambda x: jax.vmap(hk.Linear(3))(x))\n"
)


def flake8(mode: str, *arguments: str) -> Usage:
    """One run of flake8 in one process, with its default checks and no configuration."""
    with tempfile.TemporaryDirectory() as folder:
        return child([LAUNCHER, mode, "--isolated", "--jobs", "1", *arguments], folder)


def pairs(runs: int, *arguments: str) -> list[tuple[Usage, Usage]]:
    """`runs` times the usage with the plugin and without it, in turn, after one of each."""
    flake8("with", *arguments[:1])
    return in_turn(lambda: flake8("with", *arguments), lambda: flake8("without", *arguments), runs)


def overhead(runs: int) -> Iterator[Row]:
    """CPU time with the plugin over CPU time without it."""
    other = other_code()
    for name, folders, budget in (
        (" and ".join(f.name for f in jax_code()), jax_code(), 1.10),
        (f"{other.name} (no JAX)", [other], 1.02),
    ):
        ratios, bases = [], []
        for yes, no in pairs(runs, *map(str, folders)):
            ratios.append(yes.cpu / no.cpu)
            bases.append(no.cpu)
        note = f"{lines_in(folders)} lines, {median(bases):.1f} s without; {spread(ratios)}"
        yield Row(f"flake8 on {name}", median(ratios), "x", budget, note=note)


def startup(runs: int) -> Iterator[Row]:
    """Seconds that the plugin adds to a run, however short."""
    with tempfile.TemporaryDirectory() as folder:
        little = Path(folder, "little.py")
        little.write_text(LITTLE, encoding="utf-8")
        for name, arguments in (
            ("flake8 --version", ["--version"]),
            ("flake8 on a file of four lines, with JAX", [str(little)]),
        ):
            found = pairs(3 * runs, *arguments)
            added = [yes.cpu - no.cpu for yes, no in found]
            note = f"{median(no.cpu for _, no in found):.3f} s without; {spread(added)}"
            yield Row(f"added to {name}", median(added), "s", 0.1, note=note)
    imports = [import_time() for _ in range(runs)]
    yield Row("import jaxlint.flake8", median(imports), "s", note="python -X importtime")


def import_time() -> float:
    """Seconds that importing the plugin takes in a fresh process, flake8 there already."""
    code = "import flake8.main.cli, jaxlint.flake8"
    shown = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    match = re.search(r"\|\s+(\d+) \| +jaxlint\.flake8$", shown, re.MULTILINE)
    assert match is not None
    return int(match[1]) / 1e6


def memory(runs: int) -> Iterator[Row]:
    """Peak memory of the same runs."""
    folders = [str(folder) for folder in jax_code()]
    found = pairs(max(1, runs // 2), *folders)
    most, least = (median(side.memory for side in sides) for sides in zip(*found))
    yield Row("peak memory with the plugin", most, "MB", 150, note=f"{least:.0f} MB without")
    yield Row("peak memory, with over without", most / least, "x")
