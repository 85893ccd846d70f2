"""Run the verifier on older JAX and Haiku, and print a table. By hand: it installs from an index.

    python tests/old_versions.py                     every set that installs on this Python
    python tests/old_versions.py 0.6.2 0.4.30        the sets with these versions of jax
    python tests/old_versions.py --into /tmp/envs    keep the environments there, and use them again

For each set an environment is made with `venv`, the set and jaxlint are installed in it, and its
own `python -m jaxlint.verify` runs what is flagged in docs/rules/*/bad.py and docs/examples. A row
of the table is a flagged place, a column is a set; "-" means that the run gave no row for it.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLACES = ("docs/rules", "docs/examples")
GOOD = {"CONFIRMED", "CONTRACT"}


@dataclass(frozen=True)
class VersionSet:
    """Releases that were published together, each pinned."""

    jax: str
    haiku: str
    flax: str
    others: tuple[str, ...] = ()
    """What else must be old: those releases set no upper bound on NumPy and SciPy."""

    @property
    def name(self) -> str:
        """As the table's head says it."""
        return f"jax {self.jax}, dm-haiku {self.haiku}"

    def requirements(self) -> list[str]:
        """What pip is asked for, jaxlint from this checkout last."""
        pins = [f"jax=={self.jax}", f"jaxlib=={self.jax}"]
        return [*pins, f"dm-haiku=={self.haiku}", f"flax=={self.flax}", *self.others, str(ROOT)]


SETS = (
    VersionSet("0.4.20", "0.0.10", "0.7.5", ("numpy<2", "scipy<1.13")),
    VersionSet("0.4.30", "0.0.12", "0.8.5"),
    VersionSet("0.4.38", "0.0.13", "0.10.2"),
    VersionSet("0.5.3", "0.0.14", "0.10.6"),
    VersionSet("0.6.2", "0.0.14", "0.10.7"),
    VersionSet("0.10.2", "0.0.17", "0.12.8"),
)

Row = tuple[str, int, str, str]
"""Path below the checkout, line, code, hazard."""


def environment(versions: VersionSet, folder: Path) -> Path | None:
    """The Python of an environment with the set in it; None when pip cannot install it here."""
    place = folder / f"jax-{versions.jax}"
    python = place / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *versions.requirements()], capture_output=True, text=True)
    if done.returncode == 0:
        return python
    print(f"{versions.name}: not installed\n{done.stderr[-500:]}", file=sys.stderr)
    return None


def verdicts(python: Path, timeout: float) -> dict[Row, str]:
    """What its verifier says of each flagged place. Raises RuntimeError without a report."""
    bad = sorted(str(p.relative_to(ROOT)) for p in (ROOT / PLACES[0]).glob("*/bad.py"))
    command = [str(python), "-m", "jaxlint.verify", *bad, PLACES[1], "--isolated"]
    command += ["--format", "json", "--exit-zero", "--timeout", str(timeout)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)}: status {done.returncode}\n{done.stderr}")
    return {row(f): cell(f) for f in json.loads(done.stdout)["findings"]}


def row(finding: dict[str, Any]) -> Row:
    """The place of one object of the JSON report."""
    path = Path(finding["path"])
    path = path.relative_to(ROOT) if path.is_absolute() else path
    return path.as_posix(), finding["line"], finding["code"], finding["hazard"]


def cell(finding: dict[str, Any]) -> str:
    """Verdict, exception and, where the code itself could not be run, the plan."""
    text = str(finding["verdict"])
    if finding["verdict"] in GOOD and finding["exception"]:
        text += f" ({finding['exception']})"
    return text if finding["plan"] != "pattern" else f"{text}, pattern only"


def table(columns: dict[str, dict[Row, str]]) -> str:
    """A Markdown table of the places by set; its last row counts what was shown."""
    rows = sorted({r for column in columns.values() for r in column})
    lines = ["| place | claimed |" + "".join(f" {name} |" for name in columns)]
    lines.append("|---|---|" + "---|" * len(columns))
    for one in rows:
        path, line, code, hazard = one
        cells = "".join(f" {column.get(one, '-')} |" for column in columns.values())
        lines.append(f"| `{path.removeprefix('docs/')}:{line}` | {code} {hazard} |{cells}")
    counts = [
        Counter(c.split(" ")[0].strip(",") for c in column.values()) for column in columns.values()
    ]
    total = [f" {sum(n for v, n in c.items() if v in GOOD)} of {len(rows)} |" for c in counts]
    return "\n".join([*lines, "| shown | |" + "".join(total)])


def main(words: list[str] | None = None) -> int:
    """Run the chosen sets. 0, or 1 when none of them installs and runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("jax", nargs="*", help="versions of jax, such as 0.6.2 (all)")
    parser.add_argument("--into", type=Path, help="folder of the environments, kept afterwards")
    parser.add_argument(
        "--timeout", type=float, default=120.0, help="seconds for one finding (120)"
    )
    given = parser.parse_args(words)
    unknown = set(given.jax) - {s.jax for s in SETS}
    if unknown:
        parser.error(f"no set with jax {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.into or Path(scratch)
        columns = {}
        for versions in SETS:
            if given.jax and versions.jax not in given.jax:
                continue
            print(f"{versions.name} ...", file=sys.stderr)
            python = environment(versions, folder)
            if python is None:
                continue
            try:
                columns[versions.name] = verdicts(python, given.timeout)
            except RuntimeError as error:
                print(error, file=sys.stderr)
    if columns:
        print(table(columns))
    return 0 if columns else 1


if __name__ == "__main__":
    raise SystemExit(main())
