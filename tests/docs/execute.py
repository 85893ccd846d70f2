"""Run Python files one after another in this process, so that jax is imported once.

`python execute.py FILE...` prints one JSON object: for each file what a mere import printed, what a
run as a script printed, and the exception that escaped it (null where none did); and what
measured.py found and expected.
"""

from __future__ import annotations

import contextlib
import io
import json
import runpy
import sys
import traceback
from typing import Any

import flax
import haiku as hk
import jax
import measured


def executed(path: str) -> dict[str, Any]:
    """The outcome of one file."""
    with contextlib.redirect_stdout(io.StringIO()) as imported:
        runpy.run_path(path, run_name="imported")
    failure = None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            runpy.run_path(path, run_name="__main__")
        except Exception as error:
            failure = {
                "classes": [cls.__name__ for cls in type(error).__mro__],
                "text": "".join(traceback.format_exception(error)),
            }
        finally:
            hk.experimental.check_jax_usage(False)
    return {"imported": imported.getvalue(), "printed": printed.getvalue(), "failure": failure}


def main(paths: list[str]) -> None:
    """Run all files and report."""
    report = {
        "versions": {
            "jax": jax.__version__,
            "haiku": hk.__version__,
            "flax": flax.__version__,
        },
        "files": {path: executed(path) for path in paths},
        "measured": measured.measured(),
        "expected": measured.expected(),
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
