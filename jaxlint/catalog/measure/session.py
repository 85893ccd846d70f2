"""The parent's side of the measuring processes: start them, ask them, replace those that die."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from itertools import groupby
from tempfile import TemporaryFile
from typing import Any

from jaxlint.catalog.measure.plan import PHASES, Cell

TIMEOUT = 600.0
"""Seconds for one cell, the start of its process included."""

Reply = dict[str, dict[str, Any]]
"""By phase: {"hazard": str | None, "evidence": str}."""


class CannotMeasure(Exception):
    """The measuring process did not start; the message says why and what to do."""


class Worker:
    """One measuring process (CPU only)."""

    def __init__(self, timeout: float = TIMEOUT) -> None:
        """Start it; CannotMeasure if jax or haiku cannot be imported there."""
        self._timeout = timeout
        self._errors = TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
        paths = [os.path.abspath(package), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jaxlint.catalog.measure.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            env={**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": os.pathsep.join(paths)},
        )
        greeting = self._receive()
        if greeting is None:
            raise CannotMeasure(f"the measuring process did not start: {self.last_words()}")
        self.versions: dict[str, str] = greeting["versions"]

    def ask(self, cell: Cell) -> Reply | None:
        """The hazards of `cell`; None if the process died or took too long."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(cell.request) + "\n")
            self._process.stdin.flush()
        except OSError:
            return None
        return self._receive()

    def _receive(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        clock = threading.Timer(self._timeout, self._process.kill)
        clock.start()
        try:
            line = self._process.stdout.readline()
        finally:
            clock.cancel()
        if not line.endswith("\n"):
            return None
        reply: dict[str, Any] = json.loads(line)
        return reply

    def last_words(self) -> str:
        """The last line that the process wrote to stderr."""
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        return lines[-1] if lines else f"exit status {self._process.returncode}"

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._errors.close()


class Crew:
    """Workers that share a list of cells."""

    def __init__(self, jobs: int) -> None:
        """Start the first worker, so that what cannot be measured is known at once."""
        self._jobs = max(1, jobs)
        self._idle = [Worker()]
        self._lock = threading.Lock()
        self.versions = self._idle[0].versions

    @contextmanager
    def _worker(self) -> Iterator[list[Worker]]:
        """A worker in a list of one, so that it can be replaced."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        held = [worker or Worker()]
        try:
            yield held
        finally:
            with self._lock:
                self._idle.append(held[0])

    def _measure(self, group: list[Cell], tell: Callable[[], None]) -> list[tuple[Cell, Reply]]:
        replies = []
        with self._worker() as held:
            for cell in group:
                reply = held[0].ask(cell)
                if reply is None:
                    reply = _lost(held[0].last_words())
                    held[0].close()
                    held[0] = Worker()
                replies.append((cell, reply))
                tell()
        return replies

    def measure(self, cells: Iterable[Cell], tell: Callable[[], None]) -> list[tuple[Cell, Reply]]:
        """Measure every cell; `tell()` is called after each. Cells of one example stay together."""
        cells = list(cells)
        groups = [list(run) for _, run in groupby(cells, lambda cell: (cell.transform, cell.slot))]
        done: dict[Cell, Reply] = {}
        with ThreadPoolExecutor(self._jobs) as pool:
            futures = [pool.submit(self._measure, group, tell) for group in groups]
            for future in as_completed(futures):
                done.update(future.result())
        return [(cell, done[cell]) for cell in cells]

    def close(self) -> None:
        """End every worker."""
        for worker in self._idle:
            worker.close()


def _lost(words: str) -> Reply:
    return {phase: {"hazard": "lost", "evidence": f"no answer: {words}"} for phase in PHASES}
