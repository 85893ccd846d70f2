"""The command line of the verifier, over `[tool.jaxlint-verify]` of pyproject.toml."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

FORMATS = ("table", "json", "junit", "sarif")
ALLOW = ("net", "write", "subprocess")
EPILOG = """\
examples:
  python -m jaxlint.verify src                       lint, then run every finding
  python -m jaxlint.verify net.py:42                 one place
  flake8 src | python -m jaxlint.verify --from -     what another run has reported
  python -m jaxlint.verify net.py -- pytest tests/test_net.py
                                                     watch the flagged lines while a command runs
  python -m jaxlint.verify net.py --inputs 'x=f32[8,28,28,1], is_training=True'

exit status: 0 nothing confirmed, 1 something confirmed, 2 bad usage or unreadable input
"""


class UsageError(ValueError):
    """A wrong option or configuration value; the text says which and what would be right."""


@dataclass(frozen=True)
class Settings:
    """What one run is to do."""

    paths: tuple[str, ...]
    report: str | None
    command: tuple[str, ...]
    inputs: tuple[str, ...]
    inputs_by_file: tuple[tuple[str, str], ...]
    timeout: float
    memory: int
    jobs: int
    allow: tuple[str, ...]
    format: str
    show: int | None
    emit: str | None
    exit_zero: bool
    src: tuple[str, ...]

    def inputs_for(self, path: str) -> tuple[str, ...]:
        """The input texts for one file: the configuration's, then the command line's."""
        shown = os.path.relpath(path)
        chosen = [text for pattern, text in self.inputs_by_file if fnmatch(shown, pattern)]
        return (*chosen, *self.inputs)


def parse(arguments: Sequence[str]) -> Settings:
    """Raises SystemExit for --help and bad usage, UsageError for bad values."""
    words, command = list(arguments), []
    if "--" in words:
        at = words.index("--")
        words, command = words[:at], words[at + 1 :]
        if not command:
            raise UsageError("nothing after --: give the command to watch")
    parser = _parser()
    given = parser.parse_args(words)
    table = configured()
    if not given.paths and given.report is None:
        parser.error("give a PATH, PATH:LINE or --from REPORT")
    by_file, everywhere = _inputs(table.get("inputs", []))
    allow = given.allow if given.allow is not None else table.get("allow", [])
    return Settings(
        paths=tuple(given.paths),
        report=given.report,
        command=tuple(command),
        inputs=(*everywhere, *given.inputs),
        inputs_by_file=by_file,
        timeout=_positive(_first(given.timeout, table.get("timeout"), 60.0), "timeout"),
        memory=int(_positive(_first(given.memory, table.get("memory"), 4096), "memory")),
        jobs=int(_positive(_first(given.jobs, table.get("jobs"), default_jobs()), "jobs")),
        allow=_allowed(allow),
        format=given.format,
        show=given.show,
        emit=given.emit_tests,
        exit_zero=given.exit_zero,
        src=tuple(table.get("src", ())),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jaxlint.verify",
        description="Run what jaxlint flags, fenced off, and say what really happens.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files, folders, patterns, or PATH:LINE")
    add(
        "--from", dest="report", metavar="REPORT", help="a report of flake8 or jaxlint; - for stdin"
    )
    add("--inputs", action="append", default=[], metavar="TEXT", help="such as 'x=f32[8,28,28,1]'")
    add("--timeout", type=float, metavar="SECONDS", help="for one finding (60)")
    add("--memory", type=int, metavar="MB", help="for one finding (4096)")
    add("--jobs", "-j", type=int, metavar="N", help="workers at a time (all cores)")
    add("--allow", type=lambda t: t.split(","), metavar="WHAT", help="net,write,subprocess")
    add("--format", choices=FORMATS, default="table", help="form of the report (table)")
    add("--show", type=int, metavar="N", help="print how finding N was run, and the full traceback")
    add("--emit-tests", metavar="DIR", help="write one standalone pytest file per finding")
    add("--exit-zero", action="store_true", help="exit with 0 whatever is confirmed")
    return parser


def default_jobs() -> int:
    """As many workers as cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _first(*values: Any) -> Any:
    return next(v for v in values if v is not None)


def _positive(value: Any, name: str) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value <= 0:
        raise UsageError(f"{name} must be a positive number, not {value!r}")
    return value


def _allowed(values: Any) -> tuple[str, ...]:
    for value in values:
        if value not in ALLOW:
            raise UsageError(f"--allow takes {', '.join(ALLOW)}, not {value!r}")
    return tuple(values)


def _inputs(raw: Any) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """`inputs = ["x=f32[2]"]`, or a table from file pattern to text."""
    if isinstance(raw, dict):
        return tuple((str(k), str(v)) for k, v in raw.items()), ()
    if isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, list) or not all(isinstance(r, str) for r in raw):
        raise UsageError(
            "inputs in [tool.jaxlint-verify] must be texts, or a table by file pattern"
        )
    return (), tuple(raw)


def configured() -> dict[str, Any]:
    """`[tool.jaxlint-verify]` of the nearest pyproject.toml that has it. Raises UsageError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    folder = os.path.abspath(os.curdir)
    while True:
        path = os.path.join(folder, "pyproject.toml")
        if os.path.isfile(path):
            try:
                with open(path, "rb") as handle:
                    data = tomllib.load(handle)
            except (OSError, ValueError) as error:
                raise UsageError(f"{path}: {error}") from error
            table: dict[str, Any] = data.get("tool", {}).get("jaxlint-verify", {})
            if table:
                _known(table, path)
                return table
        parent = os.path.dirname(folder)
        if parent == folder:
            return {}
        folder = parent


def _known(table: dict[str, Any], path: str) -> None:
    keys = {"inputs", "timeout", "memory", "jobs", "allow", "src"}
    for key in table:
        if key not in keys:
            raise UsageError(f"{path}: [tool.jaxlint-verify] has no key {key!r}")
