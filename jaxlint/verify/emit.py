"""Standalone pytest files: one per finding, failing today, passing once the code is right."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from jaxlint.paths import shown
from jaxlint.verify.model import Result

TEMPLATE = '''"""{code} at {place}: {claim}.

Written by `python -m jaxlint.verify --emit-tests`. Last verdict: {verdict} ({level}).
How it was run: {ran}
It fails while the misuse is there and passes once the code is right; it needs only
flake8-jaxlint[verify] and the project itself, and runs in a process of its own.
"""

import json
import subprocess
import sys
from pathlib import Path

PLACE = {place!r}
CODE = {code!r}
INPUTS = {inputs!r}


def findings():
    """What the verifier says of the flagged file today (the line may have moved)."""
    path = PLACE.rpartition(":")[0]
    root = next(p for p in (Path.cwd(), *Path(__file__).resolve().parents) if (p / path).exists())
    command = [sys.executable, "-m", "jaxlint.verify", "--format", "json", "--exit-zero", path]
    for text in INPUTS:
        command += ["--inputs", text]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [f for f in json.loads(done.stdout)["findings"] if f["code"] == CODE]


def test_{name}():
    shown = [f for f in findings() if f["verdict"] in ("CONFIRMED", "CONTRACT")]
    assert not shown, "\\n".join(
        f"{{f['path']}}:{{f['line']}}: {{f['verdict']}} {{f['exception'] or ''}} {{f['message']}}"
        for f in shown
    )
'''


def test_name(result: Result) -> str:
    """A valid name for the test: the file's, the line and the code."""
    span = result.finding.span
    stem = re.sub(r"\W+", "_", os.path.splitext(shown(span.path))[0]).strip("_")
    return f"{stem}_{span.line}_{result.finding.code.lower()}"


def test_source(result: Result, inputs: Sequence[str] = ()) -> str:
    """The text of the test for one finding."""
    finding = result.finding
    claim = finding.message or f"{finding.name} ({finding.hazard.value})"
    return TEMPLATE.format(
        code=finding.code,
        place=f"{shown(finding.span.path)}:{finding.span.line}",
        claim=" ".join(claim.replace("\\", "/").replace('"', "'").split()),
        verdict=result.verdict.value,
        level=result.level,
        ran=(result.ran or "-").replace("\\", "/").replace('"', "'"),
        inputs=list(inputs),
        name=test_name(result),
    )


def write_tests(results: Sequence[Result], folder: str, inputs: Sequence[str]) -> list[str]:
    """Write the files; their paths. Raises OSError."""
    os.makedirs(folder, exist_ok=True)
    paths = []
    for result in results:
        path = os.path.join(folder, f"test_{test_name(result)}.py")
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(test_source(result, inputs))
        paths.append(path)
    return paths
