"""What jaxlint costs, in ratios: `python tests/benchmarks [NAME...] [--runs N] [--json FILE]`.

Run by hand. Prints each figure beside its budget and asserts nothing: how long something takes
depends on the machine and on what else it does. The two sides of a ratio run in turn.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2])]

import bench_cache  # noqa: E402
import bench_engine  # noqa: E402
import bench_flake8  # noqa: E402
from timing import Row  # noqa: E402

BENCHMARKS: dict[str, Callable[[int], Iterator[Row]]] = {
    "flake8": bench_flake8.overhead,
    "startup": bench_flake8.startup,
    "memory": bench_flake8.memory,
    "parse": bench_engine.parse,
    "growth": bench_engine.growth,
    "keystrokes": bench_engine.keystrokes,
    "cache": bench_cache.cache,
}


def arguments() -> argparse.Namespace:
    """The command line."""
    described = "\n".join(f"  {name:11} {each.__doc__}" for name, each in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="python tests/benchmarks",
        description=__doc__,
        epilog=f"benchmarks:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="pairs of runs each (default: 5)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too (-: stdout)")
    found = parser.parse_args()
    unknown = sorted(set(found.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]!r}: {', '.join(BENCHMARKS)}")
    return found


def show(row: Row) -> str:
    """One line of the table."""
    sign = ">=" if row.at_least else "<="
    budget = "" if row.budget is None else f"{sign} {row.budget:g}"
    mark = "over" if row.within is False else ""
    return (
        f"  {row.name:46} {row.value:9.3f} {row.unit:2} {budget:>7} {mark:4}  {row.note}".rstrip()
    )


def main() -> None:
    """Run the benchmarks asked for, in their order."""
    given = arguments()
    output = sys.stderr if given.json == "-" else sys.stdout
    figures: dict[str, list[dict[str, object]]] = {}
    for name, run in BENCHMARKS.items():
        if given.names and name not in given.names:
            continue
        print(name, file=output, flush=True)
        for row in run(given.runs):
            figures.setdefault(name, []).append({**asdict(row), "within": row.within})
            print(show(row), file=output, flush=True)
    if given.json:
        text = json.dumps(figures, indent=2) + "\n"
        if given.json == "-":
            sys.stdout.write(text)
        else:
            Path(given.json).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
