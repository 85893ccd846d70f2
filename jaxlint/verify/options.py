"""The command line of the verifier, over `[tool.jaxlint-verify]` of pyproject.toml."""

from __future__ import annotations

import argparse
import ast
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from jaxlint.cli.arguments import add_configuration
from jaxlint.cli.check import configuration
from jaxlint.config import Config, suggestion
from jaxlint.configfiles import table
from jaxlint.verify.guesses import inputs_expression

FORMATS = ("table", "json", "junit", "sarif")
KEYS = ("inputs", "timeout", "memory", "jobs", "allow", "src")
ALLOW = ("net", "write", "subprocess")
EPILOG = """\
examples:
  python -m jaxlint.verify src                       lint, then run every finding
  python -m jaxlint.verify net.py:42                 one place
  flake8 src | python -m jaxlint.verify --from -     what another run has reported
  python -m jaxlint.verify net.py -- pytest tests/test_net.py
                                                     watch the flagged lines while a command runs
  python -m jaxlint.verify net.py --inputs 'x=f32[8,28,28,1], is_training=True'

  python -m jaxlint.verify --isolated docs/rules     whatever the configuration leaves out

exit status: 0 nothing confirmed, 1 something confirmed, 2 bad usage or unreadable input
"""


TABLE = "inputs in [tool.jaxlint-verify]"


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
    config: Config
    """The linter's settings, as `jaxlint check` would find them."""
    configuration: tuple[str, ...]
    """The words of the command line that say where settings are read: for emitted tests."""

    @property
    def again(self) -> tuple[str, ...]:
        """The words of the command line that repeat this run elsewhere (emitted tests)."""
        words = [
            *self.configuration,
            "--timeout",
            f"{self.timeout:g}",
            "--memory",
            str(self.memory),
        ]
        for text in self.inputs:
            words += ["--inputs", text]
        return (*words, "--allow", ",".join(self.allow)) if self.allow else tuple(words)

    def inputs_for(self, path: str) -> tuple[str, ...]:
        """The input texts for one file: the configuration's, then the command line's."""
        shown = os.path.relpath(path)
        chosen = [text for pattern, text in self.inputs_by_file if fnmatch(shown, pattern)]
        return (*chosen, *self.inputs)


def parse(arguments: Sequence[str]) -> Settings:
    """Raises SystemExit for --help and bad usage, UsageError and ConfigError for bad values."""
    words, command = list(arguments), []
    if "--" in words:
        at = words.index("--")
        words, command = words[:at], words[at + 1 :]
        if not command:
            raise UsageError("nothing after --: give the command to watch")
        _runnable(command[0])
    parser = _parser()
    given = parser.parse_args(words)
    ours = configured(given)
    if not given.paths and given.report is None:
        parser.error("give a PATH, PATH:LINE or --from REPORT")
    by_file, everywhere = _inputs(ours.get("inputs", []))
    allow = given.allow if given.allow is not None else ours.get("allow", [])
    config = configuration(given)
    return Settings(
        paths=tuple(given.paths),
        report=given.report,
        command=tuple(command),
        inputs=(*everywhere, *(_readable(text, "--inputs") for text in given.inputs)),
        inputs_by_file=by_file,
        timeout=_positive(_first(given.timeout, ours.get("timeout"), 60.0), "timeout"),
        memory=int(_positive(_first(given.memory, ours.get("memory"), 4096), "memory")),
        jobs=int(_positive(_first(given.jobs, ours.get("jobs"), default_jobs()), "jobs")),
        allow=_allowed(allow),
        format=given.format,
        show=given.show,
        emit=given.emit_tests,
        exit_zero=given.exit_zero,
        src=(*ours.get("src", ()), *config.options.src),
        config=config,
        configuration=_configuration(given),
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
    add_configuration(parser)
    return parser


def _configuration(given: argparse.Namespace) -> tuple[str, ...]:
    if given.config is not None:
        return ("--config", given.config)
    return ("--isolated",) if given.isolated else ()


def default_jobs() -> int:
    """As many workers as cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _runnable(word: str) -> None:
    name = os.path.basename(word)
    if not (os.path.isfile(word) or shutil.which(word) or name.startswith(("python", "pytest"))):
        raise UsageError(f"no such command: {word}")


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


def _readable(text: str, where: str) -> str:
    """`text`, if it looks like inputs. Raises UsageError."""
    try:
        call = ast.parse(inputs_expression(text), mode="eval").body
    except SyntaxError:
        call = None
    if not isinstance(call, ast.Call) or call.args or not all(k.arg for k in call.keywords):
        raise UsageError(
            f"{where}: cannot read {text!r}; write it as in x=f32[8,28], train=True, key=key"
        )
    return text


def _inputs(raw: Any) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """`inputs = ["x=f32[2]"]`, or a table from file pattern to text."""
    if isinstance(raw, dict):
        return tuple((str(k), _readable(str(v), TABLE)) for k, v in raw.items()), ()
    if isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, list) or not all(isinstance(r, str) for r in raw):
        raise UsageError(f"{TABLE} must be texts, or a table by file pattern")
    return (), tuple(_readable(text, TABLE) for text in raw)


def configured(given: argparse.Namespace) -> dict[str, Any]:
    """`[tool.jaxlint-verify]` of the file named, or of the nearest pyproject.toml that has it.

    Raises UsageError, ConfigError.
    """
    layer = None if given.isolated else table("jaxlint-verify", given.config)
    if layer is None:
        return {}
    source, values = layer
    for key in values:
        if key not in KEYS:
            near = suggestion(key, KEYS) or f"; the keys are {', '.join(KEYS)}"
            raise UsageError(f"{source.text} has no key {key!r}{near}")
    return dict(values)
