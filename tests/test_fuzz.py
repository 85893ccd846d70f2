"""Whatever a file holds, jaxlint says something of it: no exception, and no silence either."""

from __future__ import annotations

import ast
import functools
import io
import os
import random
import tokenize
import warnings
from pathlib import Path

import hypothesis.strategies as st
import hypothesmith
import pytest
from crash_check import crashes, python_files
from hypothesis import HealthCheck, given, settings
from kit import FIXTURES
from mutate import mutated, renamed
from ugly import Files, projects

from jaxlint.analysis.engine import FileReport, analyse
from jaxlint.analysis.project import Project
from jaxlint.config import Options
from jaxlint.runner import Checker

UGLY = projects()
STILL_SEEN = {
    "byte order mark": "JAX101",
    "carriage returns": "JAX101",
    "mixed line ends": "JAX101",
    "latin-1": "JAX101",
    "line separators": "JAX101",
    "lone surrogate": "JAX101",
    "nested parentheses": "JAX101",
    "nested lambdas": "JAX101",
    "sum of modules": "JAX101",
    "many strings": "JAX101",
    "huge string": "JAX101",
    "long chain of calls": "JAX101",
    "fan of calls": "JAX101",
    "odd names": "JAX101",
    "except groups": "JAX101",
    "files with the names of libraries": "JAX101",
}
"""Ugly, and read all the same."""

bounded = settings(
    max_examples=50,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def python_reads(data: bytes) -> bool:
    """Whether Python itself can decode and parse it."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(io.TextIOWrapper(io.BytesIO(data), encoding, newline=None).read())
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return False
    return True


def write(files: Files, folder: Path) -> list[Path]:
    paths = [folder / name for name in files]
    for path, data in zip(paths, files.values()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return paths


def fatal(report: FileReport) -> list[str]:
    return [diagnostic.message for diagnostic in report.diagnostics if diagnostic.fatal]


@pytest.mark.parametrize("name", UGLY)
def test_ugly_input_is_read_or_reported(name: str, tmp_path: Path) -> None:
    project = Project()
    for path in write(UGLY[name], tmp_path):
        report = analyse(str(path), project=project)
        assert bool(fatal(report)) != python_reads(path.read_bytes())
        for finding in report.findings:
            assert finding.message and finding.chain and finding.span.line


@pytest.mark.parametrize("name", STILL_SEEN)
def test_ugly_input_is_still_understood(name: str, tmp_path: Path) -> None:
    if name == "except groups" and not python_reads(UGLY[name]["ugly.py"]):
        pytest.skip("except* came with Python 3.11")
    path = write(UGLY[name], tmp_path)[0]
    found = analyse(str(path)).findings
    assert STILL_SEEN[name] in {finding.code for finding in found}
    lines = path.read_bytes().decode("latin-1" if name == "latin-1" else "utf-8-sig")
    at = io.StringIO(lines, newline=None).read().split("\n")[found[0].span.line - 1]
    assert found[0].chain[0].source[:30] in at


def test_a_broken_neighbour_does_not_hide_the_rest(tmp_path: Path) -> None:
    write({**UGLY["broken neighbours"], "c.py": b"\0", **UGLY["odd names"]}, tmp_path)
    project = Project()
    assert not fatal(analyse(str(tmp_path / "main.py"), project=project))
    assert analyse(str(tmp_path / "ugly.py"), project=project).findings


def test_links_that_lead_in_circles(tmp_path: Path) -> None:
    package = tmp_path / "package"
    write({"__init__.py": b"", "net.py": b"import haiku\nfrom package.again import net\n"}, package)
    try:
        (package / "again").symlink_to(package, target_is_directory=True)
        (package / "loop.py").symlink_to(package / "loop.py")
        (package / "gone.py").symlink_to(package / "nowhere.py")
    except OSError:
        pytest.skip("symbolic links cannot be made here")
    assert not fatal(analyse(str(package / "net.py")))
    assert not fatal(analyse(str(package / "again" / "again" / "net.py")))
    assert fatal(analyse(str(package / "loop.py")))
    assert fatal(analyse(str(package / "gone.py")))


def test_what_is_no_file(tmp_path: Path) -> None:
    assert fatal(analyse(str(tmp_path / "nowhere.py")))
    assert fatal(analyse(str(tmp_path)))
    assert fatal(analyse(str(tmp_path / ("x" * 5_000 + ".py"))))
    assert fatal(analyse("\0.py"))


def test_a_file_that_vanishes_while_others_are_read(tmp_path: Path) -> None:
    main = b"import haiku as hk\nfrom layers import net\n\nhk.transform(net)\n"
    layers = (
        b"import haiku as hk\nimport jax\n\n\ndef net(x):\n    return jax.jit(hk.Linear(3))(x)\n"
    )
    paths = write({"main.py": main, "layers.py": layers}, tmp_path)
    project = Project()
    assert not fatal(analyse(str(paths[0]), project=project))
    paths[1].unlink()
    assert not fatal(analyse(str(paths[0]), project=project))
    assert not fatal(analyse(str(paths[0])))
    assert fatal(analyse(str(paths[1]), project=project))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user without rights")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write({"net.py": b"import haiku\n"}, tmp_path)[0]
    path.chmod(0)
    assert fatal(analyse(str(path)))


def test_a_budget_that_is_spent_is_no_finding(tmp_path: Path) -> None:
    path = write(UGLY["fan of calls"], tmp_path)[0]
    full = {finding.sort_key for finding in analyse(str(path)).findings}
    for steps in (1, 10, 100, 1_000, 10_000):
        report = analyse(str(path), options=Options(max_steps=steps))
        assert report.diagnostics and not fatal(report)
        assert {finding.sort_key for finding in report.findings} <= full


@given(hypothesmith.from_grammar() | hypothesmith.from_node())
@bounded
def test_any_grammatical_code(source: str) -> None:
    report = analyse("fuzz.py", "import haiku, jax\n" + source)
    assert bool(fatal(report)) != python_reads(
        ("import haiku, jax\n" + source).encode("utf-8", "replace")
    )


@given(hypothesmith.from_node(), st.integers(0, 2**32))
@bounded
def test_any_code_with_the_names_of_jax_and_haiku(source: str, seed: int) -> None:
    try:
        source = renamed(source, random.Random(seed))
    except (SyntaxError, ValueError):
        return  # hypothesmith's code is what compile() takes; ast.unparse need not give it back
    check_mutant(source)


@functools.cache
def fixture_sources() -> list[str]:
    return [path.read_text("utf-8") for path in sorted(FIXTURES.rglob("*.py"))]


@given(st.data(), st.integers(0, 2**32))
@bounded
def test_fixtures_cut_up(data: st.DataObject, seed: int) -> None:
    source = data.draw(st.sampled_from(fixture_sources()))
    check_mutant(mutated(source, random.Random(seed), 1 + seed % 20))


def check_mutant(source: str) -> None:
    """No exception; and no finding outside the file's own lines."""
    report = analyse("fuzz.py", source)
    lines = source.count("\n") + 1
    for finding in report.findings:
        assert 1 <= finding.span.line <= finding.span.end_line <= lines
        assert finding.span.column >= 1


def test_a_sample_of_what_is_installed() -> None:
    files = python_files()
    random.Random(len(files)).shuffle(files)
    checked, failed = crashes(files, seconds=20)
    assert not failed
    assert checked


def test_the_crash_check_sees_a_crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise KeyError("defect")

    path = write({"net.py": b"import haiku\n"}, tmp_path)[0]
    assert crashes([path], seconds=5) == (1, [])
    monkeypatch.setattr(Checker, "_check", fail)
    checked, failed = crashes([path], seconds=5)
    assert checked == 1 and "KeyError" in failed[0] and str(path) in failed[0]
