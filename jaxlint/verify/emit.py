"""Standalone pytest files: one per finding, failing today, passing once the code is right."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxlint.paths import shown
from jaxlint.verify.model import DECISIVE, Level, Result
from jaxlint.verify.places import outline

if TYPE_CHECKING:
    from jaxlint.verify.options import Settings

TEMPLATE = '''"""{code} at {place}: {claim}.

Written by `python -m jaxlint.verify --emit-tests`. Last verdict: {verdict} ({level}).
How it was run: {ran}
It fails while the misuse is there and passes once the code is right; it needs only
flake8-jaxlint[verify] and the project itself, and runs in a process of its own.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

PATH = {path!r}
CODE = {code!r}
INSIDE = {inside!r}  # the definition that holds the flagged line; "" is the module itself
OPTIONS = {options!r}
COMMAND = {command!r}


def root():
    """The folder that PATH starts from: the current one, or one above this file."""
    for folder in (Path.cwd(), *Path(__file__).resolve().parents):
        if (folder / PATH).is_file():
            return folder
    raise FileNotFoundError(f"{{PATH}}: run this from the folder that holds it")


def holder(line):
    """The qualified name of the innermost definition around `line`."""
    found = []

    def look(node, name):
        for child in ast.iter_child_nodes(node):
            inner = name
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = f"{{name}}.{{child.name}}".strip(".")
                first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
                if first <= line <= child.end_lineno:
                    found.append(inner)
            look(child, inner)

    look(ast.parse((root() / PATH).read_bytes()), "")
    return max(found, key=lambda name: name.count("."), default="")


def findings():
    """What the verifier says of the flagged definition today (the line may have moved)."""
    command = [sys.executable, "-m", "jaxlint.verify", "--format", "json", "--exit-zero"]
    command += ["--exclude=", *OPTIONS, PATH]
    if COMMAND:
        command += ["--", *COMMAND]
    done = subprocess.run(command, cwd=root(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["findings"]
    return [f for f in found if f["code"] == CODE and holder(f["line"]) == INSIDE]


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


def test_source(result: Result, options: Sequence[str], command: Sequence[str] = ()) -> str:
    """The text of the test for one finding of a run with `options` that watched `command`."""
    finding = result.finding
    path = shown(finding.span.path)
    claim = finding.message or f"{finding.name} ({finding.hazard.value})"
    return TEMPLATE.format(
        code=finding.code,
        path=path,
        place=f"{path}:{finding.span.line}",
        inside=_inside(finding.span.path, finding.span.line),
        claim=_one_line(claim),
        verdict=result.verdict.value,
        level=result.level,
        ran=_one_line(result.ran or "-"),
        options=list(options),
        command=list(command) if result.level == Level.HARNESS.value else [],
        name=test_name(result),
    )


def _inside(path: str, line: int) -> str:
    """The qualified name of the innermost definition around `line`; "" when there is none."""
    try:
        with open(path, "rb") as handle:
            around = outline(ast.parse(handle.read())).at_line(line)
    except (OSError, SyntaxError, ValueError):
        return ""
    return around[-1].replace("'", "") if around else ""


def _one_line(text: str) -> str:
    return " ".join(text.replace("\\", "/").replace('"', "'").split())


def write_tests(results: Sequence[Result], settings: Settings) -> list[str]:
    """Write a file for each finding that showed itself; their paths. Raises OSError."""
    folder = settings.emit or os.curdir
    os.makedirs(folder, exist_ok=True)
    paths = []
    for result in results:
        if result.verdict not in DECISIVE:
            continue
        path = os.path.join(folder, f"test_{test_name(result)}.py")
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(test_source(result, settings.again, settings.command))
        paths.append(path)
    return paths
