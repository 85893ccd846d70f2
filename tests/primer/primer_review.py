"""What a person has said of each finding in the packages, and how a new run compares with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from primer_packages import HERE

from jaxlint.config import Options
from jaxlint.discovery import find_files
from jaxlint.finding import Finding
from jaxlint.parallel import available_cores, check_files

VERDICTS = {
    "true": "the code does what the message says when that line runs",
    "true-deliberate": "it does, and is meant to: a test of the misuse itself",
    "tolerated-true": "it works on the measured versions, outside the library's contract",
}
"""A false alarm has no verdict: it is a defect, to be reduced to a fixture and mended."""


@dataclass(frozen=True, order=True)
class Place:
    """One finding, by what stays the same when lines move: `line` is the text of the line."""

    path: str
    code: str
    line: str


@dataclass(frozen=True)
class Review:
    """What a person found on reading the code at a place of a package."""

    package: str
    path: str
    code: str
    line: str
    verdict: str
    reason: str

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.path, self.code, self.line)


@dataclass
class Outcome:
    """What jaxlint says of a package. unread: files with a fatal diagnostic, and the message."""

    found: list[tuple[Place, Finding]]
    unread: list[str]


def reviews() -> list[Review]:
    """All of reviewed.json."""
    return [Review(**entry) for entry in json.loads((HERE / "reviewed.json").read_text("utf-8"))]


def lint(folder: Path, below: Path) -> Outcome:
    """Check every file of `folder` as the command line does; paths are given from `below`.

    What a `noqa` comment covers is there too: the primer looks at the analysis.
    """
    outcome = Outcome([], [])
    files = find_files([str(folder)]).files
    for result in check_files(files, Options(), min(2, available_cores())):
        for diagnostic in result.diagnostics:
            if diagnostic.fatal:
                outcome.unread.append(f"{diagnostic.path}:{diagnostic.line}: {diagnostic.message}")
        for finding in result.findings + result.suppressed:
            outcome.found.append((_place(finding, below), finding))
    outcome.found.sort(key=lambda item: (item[0], item[1].sort_key))
    return outcome


def _place(finding: Finding, below: Path) -> Place:
    path = Path(finding.span.path).resolve()
    line = path.read_text("utf-8", "replace").splitlines()[finding.span.line - 1].strip()
    return Place(path.relative_to(below.resolve()).as_posix(), finding.code, line)


def differences(package: str, outcome: Outcome, reviewed: Iterable[Review]) -> str:
    """What is new and what is gone, with the entry to add or to remove; empty if nothing is."""
    known = {review.place: review for review in reviewed}
    expected = Counter(review.place for review in reviewed)
    seen: Counter[Place] = Counter()
    lines: list[str] = []
    for place, finding in outcome.found:
        seen[place] += 1
        if seen[place] > expected[place]:
            entry = Review(package, place.path, place.code, place.line, "?", "?")
            at = f"{finding.span.path}:{finding.span.line}:{finding.span.column}"
            lines += [f"+ {at}: {finding.code} {finding.message}"]
            lines += [f"      {link.span.line}: {link.what}" for link in finding.chain]
            lines += [f"    {json.dumps(asdict(entry))},"]
    for place, count in sorted((expected - seen).items()):
        times = f" ({count} times)" if count > 1 else ""
        lines += [f"- {place.path}: {place.code}{times}: {place.line}"]
        lines += [f"    {known[place].verdict}: {known[place].reason}"]
    return "\n".join(lines)


HOW_TO_RECORD = """
Read the code at each place. A new finding (+) that is right goes to tests/primer/reviewed.json,
with one of the verdicts {verdicts}
and the reason in place of the question marks. One that is wrong is a false alarm: reduce it to a
fixture, and mend the analysis. One that is gone (-) and was right is a miss: the same. If it should
be gone, remove its entry.
"""


def explain(package: str, difference: str) -> str:
    """The message of a failure."""
    how = HOW_TO_RECORD.format(verdicts=", ".join(VERDICTS))
    return f"the findings in {package} are not the reviewed ones\n{difference}\n{how}"
