"""The fixtures of the Linen and interop families, run: what is marked fails, the rest does not.

Every fifth package or file; `JAXLINT_ALL_FIXTURES=1` takes them all (seven minutes).
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from kit import FIXTURES, Case, Mark, cases

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("flax") is None or importlib.util.find_spec("haiku") is None,
    reason="runs the fixtures with jax, flax and haiku",
)
GROUPS = sorted({case.group for case in cases() if case.family == "linen"})
CHOSEN = GROUPS if os.environ.get("JAXLINT_ALL_FIXTURES") else GROUPS[::5]
LINEN = [case for case in cases() if case.group in CHOSEN]
RAISED_ELSEWHERE = frozenset({"JAX106", "JAX108", "JAX202", "JAX211", "JAX215", "JAX223", "JAX302"})
"""Rules whose finding stands where the mistake is, and not on the way to the line that raises."""
LEAKS = frozenset({"UnexpectedTracerError", "TracerArrayConversionError"})
Runs = dict[str, dict[str, Any] | None]


@cache
def runs() -> dict[str, Runs]:
    """What each file's functions raised, all run in one process for each side."""
    found: dict[str, Runs] = {}
    script = Path(__file__).with_name("run_fixtures.py")
    for side in ("positive", "negative"):
        folder = FIXTURES / "linen" / side
        files = [str(case.path) for case in LINEN if folder in case.path.parents]
        command = [sys.executable, str(script), str(folder), *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            result = json.loads(line)
            found[result["file"]] = result["runs"]
        assert done.returncode == 0, done.stderr[-2000:]
    return found


def shows(mark: Mark, path: Path, raised: dict[str, Any]) -> bool:
    """Whether an exception is the one that the mark speaks of."""
    if mark.hazard == "leak":
        return not LEAKS.isdisjoint(raised["chain"])
    if mark.exception not in raised["classes"]:
        return False
    here = [line for name, line in raised["lines"] if Path(name) == path]
    if mark.code in RAISED_ELSEWHERE:
        return bool(here)
    return any(mark.line <= line <= mark.end_line for line in here)


@pytest.mark.parametrize("case", [c for c in LINEN if not c.negative], ids=lambda c: c.name)
def test_what_is_marked_fails(case: Case) -> None:
    raised = [each for each in runs()[str(case.path)].values() if each is not None]
    group = [c for c in LINEN if c.group == case.group]
    raised += [r for c in group for r in runs()[str(c.path)].values() if r is not None]
    for mark in case.marks:
        if mark.hazard in ("error", "leak"):
            assert any(shows(mark, case.path, each) for each in raised), mark
        elif mark.hazard == "silent":
            # Its numbers are asserted by a function of the file.
            demos = [each for c in group for each in runs()[str(c.path)].items()]
            assert any(name.startswith("demo") and error is None for name, error in demos), mark


@pytest.mark.parametrize("case", [c for c in LINEN if not c.negative], ids=lambda c: c.name)
def test_nothing_else_fails(case: Case) -> None:
    group = [c for c in LINEN if c.group == case.group]
    marks = [(mark, c.path) for c in group for mark in c.marks]
    for name, raised in runs()[str(case.path)].items():
        if raised is not None:
            known = any(shows(mark, path, raised) for mark, path in marks)
            assert known, (name, raised["classes"][0], raised["message"])


@pytest.mark.parametrize("case", [c for c in LINEN if c.negative], ids=lambda c: c.name)
def test_the_right_ones_run(case: Case) -> None:
    for name, raised in runs()[str(case.path)].items():
        assert raised is None, (name, raised)
