"""Lint all Python files that are installed here: a crash is a defect.

python tests/crash_check.py [--seconds N] [FOLDER ...]

FOLDER: what to read, the whole site-packages and standard library of this interpreter unless given.
Prints each crash, and each file that jaxlint cannot read though Python can; exit status 1 if any.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import time
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from jaxlint.codes import INTERNAL
from jaxlint.config import Options
from jaxlint.runner import Checker


def python_files(folders: Sequence[str] = ()) -> list[Path]:
    """Every Python file below `folders`, sorted."""
    places = folders or sorted(
        {sysconfig.get_path(key) for key in ("purelib", "platlib", "stdlib")}
    )
    return sorted({path for place in places for path in Path(place).rglob("*.py")})


def crashes(files: Iterable[Path], seconds: float = float("inf")) -> tuple[int, list[str]]:
    """How many files were checked before the time was up, and what went wrong with which."""
    end = time.monotonic() + seconds
    checker = Checker(Options())
    failed: list[str] = []
    checked = 0
    for path in files:
        if time.monotonic() > end:
            break
        checked += 1
        for diagnostic in checker.check(str(path)).diagnostics:
            if INTERNAL in diagnostic.message:
                failed.append(f"{path}: {diagnostic.message}")
            elif diagnostic.fatal and _python_reads(path):
                failed.append(f"{path}: {diagnostic.message}, but Python reads it")
    return checked, failed


def _python_reads(path: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, OSError):
            return False
    return True


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    checked, failed = crashes(python_files(options.folders), options.seconds)
    print(*failed, sep="\n", end="\n" if failed else "")
    print(f"{checked} files in {time.monotonic() - start:.0f} s: {len(failed)} crashes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
