"""The command line: `jaxlint check`, `explain`, `rules`, `catalog check`, `clean`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

CLEAN, FOUND, TROUBLE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses: nothing found; findings; bad usage or a file that cannot be read; ctrl-C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (the process's own unless given); returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a message must never fail on a terminal's encoding
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _dispatch(arguments)
        sys.stdout.flush()
        return status
    except SystemExit as exit_:  # argparse: 0 for --help, 2 for bad usage
        return exit_.code if isinstance(exit_.code, int) else TROUBLE
    except KeyboardInterrupt:
        print("jaxlint: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `jaxlint check | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except Exception as error:
        if os.environ.get("JAXLINT_TRACEBACK"):
            raise
        print(
            f"jaxlint: internal error: {type(error).__name__}: {error}\n"
            "Please report it; JAXLINT_TRACEBACK=1 shows where it happened.",
            file=sys.stderr,
        )
        return TROUBLE


def _dispatch(arguments: list[str]) -> int:
    if arguments[:2] == ["catalog", "check"]:
        return _catalog_check(arguments[2:])
    from jaxlint.cli.arguments import parse

    options = parse(arguments)
    if options.command == "check":
        from jaxlint.cli.check import check

        return check(options)
    if options.command == "explain":
        from jaxlint.cli.explain import explain

        return explain(options.code)
    if options.command == "rules":
        from jaxlint.cli.rules import rules

        return rules(options.format)
    from jaxlint.cli.clean import clean

    return clean(options.cache_dir)


def _catalog_check(arguments: list[str]) -> int:
    """Measure the catalog's hazards again: this imports jax and haiku, as the linter never does."""
    from jaxlint.catalog.measure import main as measure

    return measure(arguments)
