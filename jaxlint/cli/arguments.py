"""What the command line accepts, and what it says to a word that it does not know."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from typing import NoReturn

import jaxlint
from jaxlint.cache import FOLDER
from jaxlint.config import SETTINGS, suggestion
from jaxlint.report import FORMATS

_COMMANDS = {
    "check": "find misuse of JAX transforms in files and folders",
    "explain": "explain a rule, with an example that breaks and one that works",
    "rules": "list all rules",
    "catalog": "measure what jaxlint knows of jax and haiku against the installed versions",
    "clean": "delete the cache",
}
_EPILOG = """\
examples:
  jaxlint check src tests           check two folders
  jaxlint check 'src/**/net*.py'    a pattern (quoted: jaxlint expands it)
  jaxlint check --format github .   annotations for GitHub Actions
  jaxlint explain JAX101            what a code means, and what to write instead

exit status:
  0  nothing found
  1  findings
  2  bad usage, or a file that could not be read or analysed

Also a flake8 plugin: where it is installed, `flake8` reports the same codes.
"""
_CHECK_EPILOG = """\
Every setting can also stand in pyproject.toml ([tool.jaxlint]) or in setup.cfg, tox.ini or .flake8
([flake8] as jaxlint-KEY, or [jaxlint]); the command line wins, then [flake8], [jaxlint], pyproject.

examples:
  jaxlint check .
  jaxlint check --select JAX101,JAX102 src
  cat net.py | jaxlint check --stdin-display-name net.py -

exit status: 0 nothing found, 1 findings, 2 bad usage or a file that could not be read or analysed
"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as a namespace with `command`. Raises SystemExit for --help and bad usage."""
    parser = _Parser(
        prog="jaxlint",
        description="Find misuse of JAX transforms in Haiku and JAX code before it runs.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"jaxlint {jaxlint.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    made = {
        name: commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog=_CHECK_EPILOG if name == "check" else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for name, text in _COMMANDS.items()
    }
    _add_check(made["check"])
    made["explain"].add_argument("code", metavar="CODE", help="such as JAX101")
    made["rules"].add_argument("--format", choices=("table", "json"), default="table")
    made["catalog"].add_argument("action", choices=("check",), help="see `catalog check --help`")
    _add_cache_dir(made["clean"])
    _check_command(parser, arguments)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        raise SystemExit(2)
    return options


class _Parser(argparse.ArgumentParser):
    """An argument parser that guesses what a misspelt option was meant to be."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(allow_abbrev=False, **kwargs)  # type: ignore[arg-type]

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """As argparse does, but an unknown option is refused here, where the known ones are."""
        options, rest = super().parse_known_args(args, namespace)
        unknown = [word for word in rest if word.startswith("-")]
        if unknown:
            word = unknown[0].partition("=")[0]
            self.error(f"unknown option {word}{suggestion(word, self._option_string_actions)}")
        return options, rest

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is."""
        self.exit(2, f"{self.prog}: {message}\nTry `{self.prog} --help`.\n")


def _check_command(parser: _Parser, arguments: Sequence[str]) -> None:
    """Refuse an unknown command, with the likeliest meaning."""
    word = next((word for word in arguments if not word.startswith("-")), None)
    if word is None or word in _COMMANDS:
        return
    if os.path.exists(word):
        parser.error(f"unknown command {word!r}; did you mean `jaxlint check {word}`?")
    near = suggestion(word, _COMMANDS) or f"; the commands are {_listed(_COMMANDS)}"
    parser.error(f"unknown command {word!r}{near}")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def _add_check(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "paths",
        nargs="+",
        metavar="PATH",
        help="files, folders, patterns, or - for standard input",
    )
    add("--format", choices=FORMATS, default="text", help="form of the report (text)")
    add("--verbose", "-v", action="store_true", help="also say where a budget ran out, and timing")
    add("--jobs", "-j", type=_jobs, metavar="N", help="processes at most (all cores)")
    add("--no-cache", action="store_true", help="neither read nor write the cache")
    _add_cache_dir(parser)
    add(
        "--stdin-display-name",
        default="stdin",
        metavar="NAME",
        help="the path that standard input stands for",
    )
    add_configuration(parser)


def add_configuration(parser: argparse.ArgumentParser) -> None:
    """Which configuration files count, and every setting: what `check.configuration` reads."""
    add = parser.add_argument
    add("--config", metavar="FILE", help="read settings from this file only")
    add("--isolated", action="store_true", help="read no configuration file")
    settings = parser.add_argument_group("settings")
    for setting in SETTINGS:
        for flag, keywords in setting.arguments("--"):
            settings.add_argument(flag, **keywords)


def _add_cache_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cache-dir", default=FOLDER, metavar="FOLDER", help=f"where the cache is ({FOLDER})"
    )


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return int(text)
