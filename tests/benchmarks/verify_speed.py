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


def pooled(findings: list[Finding], cache: str) -> float:
    """Seconds for all findings through one server, its start included."""
    os.environ["JAXLINT_COMPILE_CACHE"] = cache
    start = time.perf_counter()
    with Pool(2) as pool:
        list(pool.run([Job(f) for f in findings]))
    return time.perf_counter() - start


def one_process_each(findings: list[Finding]) -> float:
    """Seconds for the first few findings, each in a fresh process, two at a time."""
    os.environ["JAXLINT_COMPILE_CACHE"] = "off"
    command = [sys.executable, "-m", "jaxlint.verify", "--jobs", "1", "--exit-zero"]
    start = time.perf_counter()
    running: list[subprocess.Popen[bytes]] = []
    for finding in findings[:SAMPLE]:
        place = f"{finding.span.path}:{finding.span.line}"
        if len(running) == 2:
            running.pop(0).wait()
        process = subprocess.Popen([*command, place], cwd=ROOT, stdout=subprocess.DEVNULL)
        running.append(process)
    for process in running:
        process.wait()
    return time.perf_counter() - start


def main() -> None:
    findings = small_findings(sys.argv[1:])
    with tempfile.TemporaryDirectory() as cache:
        cold = pooled(findings, cache)
        warm = pooled(findings, cache)
    fresh = one_process_each(findings) / min(SAMPLE, len(findings)) * len(findings)
    count = len(findings)
    print(f"{count} findings, 2 workers")
    print(f"cold (empty compile cache)   {cold:7.1f} s  {count / cold:6.2f} findings/s")
    print(f"warm (compile cache kept)    {warm:7.1f} s  {count / warm:6.2f} findings/s")
    print(f"one fresh process a finding  {fresh:7.1f} s  {count / fresh:6.2f} findings/s")
    print(f"ratio fresh/cold {fresh / cold:.1f}, fresh/warm {fresh / warm:.1f}")


if __name__ == "__main__":
    main()
