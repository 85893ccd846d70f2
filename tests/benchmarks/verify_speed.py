"""Findings per second of the verifier, cold and warm, against one fresh process per finding.

Run by hand: `python tests/benchmarks/verify_speed.py [FILES...]`; prints ratios, asserts nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from jaxlint.finding import Finding  # noqa: E402
from jaxlint.runner import Checker  # noqa: E402
from jaxlint.verify.model import Job  # noqa: E402
from jaxlint.verify.pool import Pool  # noqa: E402

COUNT, SAMPLE = 24, 6


def small_findings(files: list[str]) -> list[Finding]:
    """Findings of the given files, or of the documentation's bad examples."""
    from jaxlint.config import Options

    checker = Checker(Options())
    paths = files or [str(p) for p in sorted((ROOT / "docs").glob("rules/*/bad.py"))]
    found = [f for path in paths for f in checker.check(path).findings]
    return (found * (COUNT // max(len(found), 1) + 1))[:COUNT]


class Taken(NamedTuple):
    """Seconds by the clock, and seconds of CPU, which the machine's other work hardly changes."""

    clock: float
    cpu: float

    def times(self, factor: float) -> Taken:
        return Taken(self.clock * factor, self.cpu * factor)


def now() -> Taken:
    """The two clocks; CPU is that of this process and of those it has waited for."""
    used = os.times()
    return Taken(
        time.perf_counter(), used.user + used.system + used.children_user + used.children_system
    )


def since(start: Taken) -> Taken:
    end = now()
    return Taken(end.clock - start.clock, end.cpu - start.cpu)


def pooled(findings: list[Finding], cache: str) -> Taken:
    """The time for all findings through one server, its start included."""
    os.environ["JAXLINT_COMPILE_CACHE"] = cache
    start = now()
    with Pool(2) as pool:
        list(pool.run([Job(f) for f in findings]))
    return since(start)


def one_process_each(findings: list[Finding]) -> Taken:
    """The time for the first few findings, each in a fresh process, two at a time."""
    os.environ["JAXLINT_COMPILE_CACHE"] = "off"
    command = [sys.executable, "-m", "jaxlint.verify", "--jobs", "1", "--exit-zero"]
    start = now()
    running: list[subprocess.Popen[bytes]] = []
    for finding in findings[:SAMPLE]:
        place = f"{finding.span.path}:{finding.span.line}"
        if len(running) == 2:
            running.pop(0).wait()
        process = subprocess.Popen([*command, place], cwd=ROOT, stdout=subprocess.DEVNULL)
        running.append(process)
    for process in running:
        process.wait()
    return since(start)


def main() -> None:
    findings = small_findings(sys.argv[1:])
    with tempfile.TemporaryDirectory() as cache:
        cold = pooled(findings, cache)
        warm = pooled(findings, cache)
    count = len(findings)
    fresh = one_process_each(findings).times(count / min(SAMPLE, count))
    print(f"{count} findings, 2 workers; load {', '.join(f'{v:.1f}' for v in os.getloadavg())}")
    for name, taken in (
        ("cold (empty compile cache)", cold),
        ("warm (compile cache kept)", warm),
        ("one fresh process a finding", fresh),
    ):
        rate = f"{count / taken.clock:6.2f} findings/s"
        print(f"{name:28} {taken.clock:7.1f} s {rate} {taken.cpu / count:6.2f} s CPU a finding")
    for name, taken in (("cold", cold), ("warm", warm)):
        print(
            f"ratio fresh/{name}: {fresh.clock / taken.clock:.1f} by the clock,"
            f" {fresh.cpu / taken.cpu:.1f} in CPU"
        )


if __name__ == "__main__":
    main()
