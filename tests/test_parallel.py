"""Many files in several processes give what one process gives, whatever befalls a worker."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from outcome import Run
from samples import CLEAN, HELPER, SCAN, USER, VMAP

from jaxlint import parallel
from jaxlint.config import Options
from jaxlint.runner import Checker, FileResult

FORKS = multiprocessing.get_start_method(allow_none=True) in (None, "fork") and os.name != "nt"


@pytest.fixture()
def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Some files, and processes started for so few."""
    monkeypatch.setattr(parallel, "SMALL_RUN", 0)
    sources = {"helper.py": HELPER, "user.py": USER, "broken.py": "def f(:\n"}
    sources |= {f"net{number}.py": (SCAN, VMAP, CLEAN)[number % 3] for number in range(12)}
    for name, source in sources.items():
        (folder / name).write_text(source)
    return sorted(sources)


def test_two_processes_find_what_one_finds(project: list[str]) -> None:
    checker = Checker(Options())
    alone = {path: checker.check(path) for path in project}
    together = {result.path: result for result in parallel.check_files(project, Options(), 2)}
    assert together == alone
    assert any(result.findings for result in alone.values())


def test_the_options_reach_the_processes(project: list[str]) -> None:
    options = Options(max_steps=3)
    results = list(parallel.check_files(project, options, 2))
    assert not [finding for result in results for finding in result.findings]


def test_the_command_line_uses_them(project: list[str], run: Run) -> None:
    one = run("check", ".", "--jobs", "1", "--no-cache")
    two = run("check", ".", "--jobs", "2", "--no-cache")
    assert one == two
    assert one.status == 2


@pytest.mark.skipif(not FORKS, reason="the processes must inherit the patched checker")
def test_a_file_that_kills_its_process_costs_one_file(
    project: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Checker.check

    def deadly(self: Checker, path: str, data: bytes | None = None) -> FileResult:
        if path == "net3.py":
            os._exit(9)
        return check(self, path, data)

    monkeypatch.setattr(Checker, "check", deadly)
    results = {result.path: result for result in parallel.check_files(project, Options(), 2)}
    assert sorted(results) == project
    [diagnostic] = results["net3.py"].diagnostics
    assert diagnostic.message.startswith("the process that")
    assert results["net6.py"].findings


def test_spawned_processes_need_nothing_of_their_parent(
    project: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import concurrent.futures

    class Spawning(concurrent.futures.ProcessPoolExecutor):
        def __init__(self, workers: int, **keywords: object) -> None:
            context = multiprocessing.get_context("spawn")
            super().__init__(workers, mp_context=context, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", Spawning)
    results = {result.path: result for result in parallel.check_files(project, Options(), 2)}
    assert sorted(results) == project
    assert results["user.py"].findings


def test_a_small_run_starts_no_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.py", "b.py"):
        (folder / name).write_text(SCAN)
    monkeypatch.setattr(parallel, "_pool", lambda *_: pytest.fail("started a process"))
    assert len(list(parallel.check_files(["a.py", "b.py"], Options(), 2))) == 2


def test_chunks_hold_every_file_once_and_are_of_like_size() -> None:
    paths = [f"{number}.py" for number in range(100)]
    sizes = [1 + number % 7 for number in range(100)]
    chunks = parallel._chunks(paths, sizes, 10)
    assert [path for chunk in chunks for path in chunk] == paths
    weights = [sum(sizes[paths.index(path)] for path in chunk) for chunk in chunks]
    assert max(weights) <= sum(sizes) / 10 + 7
