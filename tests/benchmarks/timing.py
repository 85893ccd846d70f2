"""What the benchmarks share: child processes and what they used, runs in turn, the rows printed."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, whose jaxlint is measured, installed or not."""

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Usage:
    """What a child process used: seconds of CPU, seconds by the clock, megabytes at its peak."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Row:
    """One figure. `budget` is what it should be at most (at least, with `at_least`)."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def within(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.at_least else self.value <= self.budget


def child(arguments: Sequence[str], cwd: Path | str, env: Mapping[str, str] | None = None) -> Usage:
    """Run Python with `arguments`, its output thrown away, this checkout first on its path.

    Raises RuntimeError if it fails in another way than by finding something (status 1).
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"status {process.returncode} of python {' '.join(arguments)}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / unit)


def in_turn(first: Callable[[], A], second: Callable[[], B], runs: int) -> list[tuple[A, B]]:
    """`runs` pairs of results, the order changing from pair to pair: a busy machine hurts both."""
    pairs = []
    for run in range(runs):
        if run % 2:
            b = second()
            pairs.append((first(), b))
        else:
            a = first()
            pairs.append((a, second()))
    return pairs


def median(values: Iterable[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def spread(values: Iterable[float]) -> str:
    """`1.04-1.09`: the least and the largest, for the note of a row."""
    ordered = sorted(values)
    return f"{ordered[0]:.3g}-{ordered[-1]:.3g}"


def cpu_seconds(run: Callable[[], object]) -> float:
    """Seconds of CPU that `run` takes in this process."""
    start = time.process_time()
    run()
    return time.process_time() - start
