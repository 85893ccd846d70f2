"""The examples do what their pages say when they are run. One process runs them all."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from doc_files import (
    BAD,
    DOCS,
    EXAMPLES,
    EXECUTED,
    GOOD,
    GUIDES,
    HERE,
    OWN_HAIKU,
    PAGES,
    SILENT,
    blocks,
    marks,
    name,
    sections,
)

pytest.importorskip("jax")
pytest.importorskip("haiku")
pytest.importorskip("flax")

MEASURED = {"jax": "0.10.2", "haiku": "0.0.17", "flax": "0.12.8"}
"""The versions whose texts the pages quote."""

EXCEPTIONS = {"leak": "UnexpectedTracerError", "tolerated": "JaxUsageError", "silent": None}

NO_CHECKER = ("JAX213",)
"""Rules about what is tolerated, where the library has nothing like Haiku's check_jax_usage."""

WRONG_NUMBERS = {
    "JAX102": r"different rows: 1 of",
    "JAX104": r"parameters to train: \[\]",
    "JAX112": r"different moves: 1 of",
    "JAX206": r"attention maps: 0",
    "JAX207": r"batches of eights: \[0\.\]",
    "JAX212": r"different rows: 1 of",
    "JAX214": r"counted: 0",
    "JAX215": r"different moves: 1 of",
    "JAX223": r"layers: \['Dense_0'\]",
    "row3_nested_not_lifted": r"modules: \[\]",
    "migration/function_flax_dropped_bad": r"\[3\.0, 3\.0, 3\.0\]",
    "migration/layers_flax_same_mask_bad": r"of each layer: \[(\d+) \1 \1\]",
    "migration/methods_flax_two_compact_bad": r"layers: \['Dense_0'\]",
    "migration/state_flax_dropped_bad": r"after three steps: \[0\. 0\.",
}
"""By page or example: what is printed where the numbers are wrong, and only there."""

TIMEOUT = 600
"""Seconds."""

Outcome = dict[str, Any]

IN_HOUSE = DOCS / "in_house" / "train.py"


ENVIRONMENT = {
    "JAX_PLATFORMS": "cpu",
    # The libraries of docs/in_house and docs/own_haiku.
    "PYTHONPATH": os.pathsep.join([str(HERE / "stubs"), str(DOCS / "own_haiku")]),
    # Compiling takes most of the time, and the speed of what is compiled does not matter.
    "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
}


def execute() -> str:
    """What execute.py prints of all the files; nothing where it fails (its errors are shown)."""
    return subprocess.run(
        [sys.executable, str(HERE / "execute.py"), *map(str, [*EXECUTED, IN_HOUSE, *OWN_HAIKU])],
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        text=True,
        timeout=TIMEOUT,
        check=False,
    ).stdout


def execute_once(folder: Path) -> str:
    """As `execute`, once for all the processes of pytest-xdist: the others wait for the first."""
    result = folder / "docs-run.json"
    try:
        (folder / "docs-run.lock").mkdir()
    except FileExistsError:
        deadline = time.monotonic() + TIMEOUT
        while not result.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        return result.read_text(encoding="utf-8")
    unfinished = folder / "docs-run.part"
    unfinished.write_text(execute(), encoding="utf-8")
    unfinished.rename(result)
    return result.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The outcomes, by file."""
    workers = "PYTEST_XDIST_WORKER" in os.environ
    printed = execute_once(tmp_path_factory.getbasetemp().parent) if workers else execute()
    outcomes: dict[str, Any] = json.loads(printed)
    return outcomes


def outcome_of(report: dict[str, Any], path: Path) -> Outcome:
    outcome: Outcome = report["files"][str(path)]
    return outcome


@pytest.mark.parametrize("path", EXECUTED, ids=name)
def test_importing_a_file_runs_nothing(path: Path, report: dict[str, Any]) -> None:
    assert outcome_of(report, path)["imported"] == ""


@pytest.mark.parametrize(
    "path", [path for path in EXECUTED if path not in BAD and not marks(path)], ids=name
)
def test_what_is_silent_runs(path: Path, report: dict[str, Any]) -> None:
    outcome = outcome_of(report, path)
    assert outcome["failure"] is None, outcome["failure"]["text"]
    assert path in SILENT or outcome["printed"]


@pytest.mark.parametrize("path", [p for p in (*BAD, *EXAMPLES, *GUIDES) if marks(p)], ids=name)
def test_what_is_marked_shows_its_hazard(path: Path, report: dict[str, Any]) -> None:
    (mark,) = marks(path)
    failure = outcome_of(report, path)["failure"]
    expected = mark.exception if mark.hazard == "error" else EXCEPTIONS[mark.hazard]
    if expected is None or mark.code in NO_CHECKER:
        assert failure is None, failure["text"]
    else:
        assert failure is not None
        assert expected in failure["classes"], failure["text"]


@pytest.mark.parametrize("example", WRONG_NUMBERS)
def test_silent_means_wrong_numbers(example: str, report: dict[str, Any]) -> None:
    if example.startswith("JAX"):
        bad, good = DOCS / "rules" / example / "bad.py", DOCS / "rules" / example / "good.py"
    else:
        bad = DOCS / "examples" / f"{example}.py"
        step = re.match(r"[a-z]+_flax", bad.stem)
        good = bad.with_name(f"{step[0] if step else 'row4_nested_lifted'}.py")
    assert re.search(WRONG_NUMBERS[example], outcome_of(report, bad)["printed"])
    assert not re.search(WRONG_NUMBERS[example], outcome_of(report, good)["printed"])


def test_every_silent_hazard_has_its_numbers() -> None:
    silent = {
        path.parent.name if path in BAD else name(path.with_suffix("")).removeprefix("docs/examples/")
        for path in (*BAD, *EXAMPLES, *GUIDES)
        if [mark.hazard for mark in marks(path)] == ["silent"]
    }
    assert silent == set(WRONG_NUMBERS)


def test_tolerated_means_the_same_numbers(report: dict[str, Any]) -> None:
    for path in BAD:
        if [mark.hazard for mark in marks(path)] == ["tolerated"]:
            bad = outcome_of(report, path)["printed"].splitlines()
            good = outcome_of(report, path.with_name("good.py"))["printed"].splitlines()
            assert bad
            assert bad == good[: len(bad)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_you_see_is_what_is_printed(page: Path, report: dict[str, Any]) -> None:
    if report["versions"] != MEASURED:
        pytest.skip(f"the pages quote {MEASURED}, installed are {report['versions']}")
    outcome = outcome_of(report, page / "bad.py")
    failure = outcome["failure"]
    seen = normal(outcome["printed"] + (failure["text"] if failure else ""))
    quoted = blocks(sections(page)["What you see"], "text")
    assert quoted
    for block in quoted:
        pattern = re.escape(normal(block)).replace(re.escape("..."), ".*?")
        assert re.search(pattern, seen), f"{block}\nis not in\n{seen}"


def normal(shown: str) -> str:
    """The text on one line, with numbers to three places: the last ones depend on the machine."""
    shown = re.sub(r"-?\d+\.\d+", lambda match: f"{float(match[0]):.3f}", shown)
    return " ".join(shown.split())


def test_what_is_said_to_be_measured_is_so(report: dict[str, Any]) -> None:
    for code, cases in report["expected"].items():
        section = sections(DOCS / "rules" / code)["Measured"]
        rows = [
            line for line in section.splitlines() if line.startswith("| `") or " plain " in line
        ]
        shown: set[str] = set()
        for (words, expected), raised in zip(cases, report["measured"][code]):
            assert raised == expected, f"{code}: {words}"
            assert words in " ".join(section.split()), code
            matching = [row for row in rows if words in row]
            assert all((expected or "nothing") in row for row in matching), f"{code}: {words}"
            shown |= set(matching)
        assert shown == set(rows), f"{code}: no case of {set(rows) - shown}"


def test_the_in_house_example_runs_into_what_is_marked(report: dict[str, Any]) -> None:
    failure = outcome_of(report, IN_HOUSE)["failure"]
    assert failure is not None
    assert "UnexpectedTracerError" in failure["classes"], failure["text"]


@pytest.mark.parametrize("path", OWN_HAIKU, ids=name)
def test_the_home_made_haiku_does_what_is_marked(path: Path, report: dict[str, Any]) -> None:
    outcome = outcome_of(report, path)
    failure, leaks = outcome["failure"], [mark.hazard for mark in marks(path)] == ["leak"]
    assert outcome["imported"] == ""
    assert bool(outcome["printed"]) != leaks, failure
    assert leaks == (failure is not None and "UnexpectedTracerError" in failure["classes"])


def test_all_good_files_are_there() -> None:
    assert len(GOOD) == len(BAD) == len(PAGES)
