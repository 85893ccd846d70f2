"""jaxlint under flake8: the real command, with the plugin as an installation registers it."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from samples import CLEAN, HELPER, SCAN, SCAN_COLUMN, SCAN_LINE, USER, VMAP, noqa

import jaxlint
from jaxlint.config import Config, Options
from jaxlint.flake8 import Plugin, Session

ROOT = Path(jaxlint.__file__).parent.parent
Flake8 = Callable[..., "Done"]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to put on the path: the metadata that says flake8 where the plugin is."""
    folder = tmp_path_factory.mktemp("installed")
    metadata = folder / "flake8_jaxlint-0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: flake8-jaxlint\nVersion: 0\n")
    (metadata / "entry_points.txt").write_text("[flake8.extension]\nJAX = jaxlint.flake8:Plugin\n")
    return folder


class Done(NamedTuple):
    """What a run of flake8 came to."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture()
def flake8(
    folder: Path,
    installed: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Flake8:
    """Run flake8's own main function in `folder`, with jaxlint installed."""
    from flake8 import utils
    from flake8.main.cli import main

    monkeypatch.syspath_prepend(str(installed))

    def run(*argv: str, given: str = "") -> Done:
        utils.stdin_get_value.cache_clear()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        capsys.readouterr()
        return Done(main(list(argv)), *capsys.readouterr())

    return run


def codes(done: Done) -> list[str]:
    assert done.stderr == ""
    found = (line.split(":", 3) for line in done.stdout.splitlines())
    return [text[-1].split()[0] for text in found]


AT = f"{SCAN_LINE}:{SCAN_COLUMN}: JAX101 jax.lax.scan"


def test_it_fires_without_configuration(folder: Path, installed: Path) -> None:
    """In a process of its own, as a user runs it."""
    (folder / "net.py").write_text(SCAN)
    path = os.pathsep.join([str(installed), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "net.py"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"net.py:{AT}")
    assert len(done.stdout.splitlines()) == 1


def test_standard_input(flake8: Flake8) -> None:
    assert flake8("-", given=SCAN).stdout.startswith(f"stdin:{AT}")
    done = flake8("-", "--stdin-display-name", "pkg/net.py", given=SCAN)
    assert done.stdout.startswith(f"pkg/net.py:{AT}")


def test_standard_input_in_its_project(folder: Path, flake8: Flake8) -> None:
    (folder / "pkg").mkdir()
    (folder / "pkg" / "helper.py").write_text(HELPER)
    name = os.path.join("pkg", "user.py")
    assert codes(flake8("-", "--stdin-display-name", name, given=USER)) == ["JAX101"]


def test_several_jobs(folder: Path, flake8: Flake8) -> None:
    for number in range(4):
        (folder / f"net{number}.py").write_text(SCAN)
    (folder / "helper.py").write_text(HELPER)
    (folder / "user.py").write_text(USER)
    one, two = flake8("--jobs", "1", "."), flake8("--jobs", "2", ".")
    assert codes(one) == ["JAX101"] * 5
    assert one.stdout == two.stdout


def test_selection(folder: Path, flake8: Flake8) -> None:
    (folder / "a.py").write_text(SCAN)
    (folder / "b.py").write_text(VMAP)
    assert codes(flake8(".")) == ["JAX101", "JAX103"]
    assert codes(flake8("--select", "JAX103", ".")) == ["JAX103"]
    assert codes(flake8("--select", "E", ".")) == []
    assert codes(flake8("--extend-ignore", "JAX103", ".")) == ["JAX101"]
    assert codes(flake8("--per-file-ignores", "a.py:JAX101", ".")) == ["JAX103"]


def test_noqa(folder: Path, flake8: Flake8) -> None:
    (folder / "a.py").write_text(noqa(SCAN, "noqa: JAX101"))
    (folder / "b.py").write_text(noqa(SCAN, "noqa: JAX102"))
    (folder / "c.py").write_text("# flake8: noqa\n" + SCAN)
    done = flake8(".")
    assert codes(done) == ["JAX101"]
    assert done.stdout.startswith(os.path.join(".", "b.py"))
    assert codes(flake8("--disable-noqa", "a.py")) == ["JAX101"]


def test_unused_noqa(folder: Path, flake8: Flake8) -> None:
    (folder / "a.py").write_text(noqa(SCAN, "noqa: JAX101"))
    (folder / "b.py").write_text("x = 1  # noqa: JAX101\n")
    assert codes(flake8(".")) == []
    done = flake8("--jaxlint-report-unused-noqa", ".")
    assert codes(done) == ["JAX001"]
    assert "b.py:1:16: JAX001" in done.stdout


class TestOptions:
    """One meaning in flake8's file, in pyproject.toml and on the command line."""

    EFFECT = "import jax\nfrom mylib import dense\n\n\ndef net(x):\n    return jax.jit(dense)(x)\n"

    def test_a_flag(self, folder: Path, flake8: Flake8) -> None:
        (folder / "a.py").write_text(VMAP)
        assert codes(flake8("--jaxlint-no-tolerated", ".")) == []
        (folder / ".flake8").write_text("[flake8]\njaxlint-tolerated = no\n")
        assert codes(flake8(".")) == []
        assert codes(flake8("--jaxlint-tolerated", ".")) == ["JAX103"]
        (folder / ".flake8").unlink()
        (folder / "pyproject.toml").write_text("[tool.jaxlint]\ntolerated = false\n")
        assert codes(flake8(".")) == []
        (folder / ".flake8").write_text("[flake8]\njaxlint_tolerated = yes\n")
        assert codes(flake8(".")) == ["JAX103"]
        assert codes(flake8("--jaxlint-no-tolerated", ".")) == []

    def test_an_effect(self, folder: Path, flake8: Flake8) -> None:
        (folder / "a.py").write_text(self.EFFECT)
        assert codes(flake8(".")) == []
        found = codes(flake8("--jaxlint-effects", "mylib.dense=param", "."))
        assert len(found) == 1
        (folder / "setup.cfg").write_text(
            "[flake8]\njaxlint-effects =\n    other.thing = rng,\n    mylib.dense = param + rng\n"
        )
        assert codes(flake8(".")) == found
        (folder / "setup.cfg").write_text("[jaxlint]\neffects = mylib.dense=param\n")
        assert codes(flake8(".")) == found
        (folder / "setup.cfg").unlink()
        (folder / "pyproject.toml").write_text(
            '[tool.jaxlint.effects]\n"mylib.dense" = ["param"]\n'
        )
        assert codes(flake8(".")) == found

    def test_rules_that_are_off(self, folder: Path, flake8: Flake8) -> None:
        (folder / "a.py").write_text(SCAN)
        (folder / "b.py").write_text(VMAP)
        assert codes(flake8("--jaxlint-disable", "JAX101", ".")) == ["JAX103"]
        (folder / "tox.ini").write_text("[flake8]\njaxlint-disable = JAX101,JAX103\n")
        assert codes(flake8(".")) == []

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("jaxlint-effects = a.b=params", ["setup.cfg: [flake8]: jaxlint-effects", "'param'"]),
            ("jaxlint-tolerated = maybe", ["jaxlint-tolerated", "'maybe'", "true nor false"]),
            ("jaxlint-efects = a.b=param", ["unknown key", "did you mean 'jaxlint-effects'"]),
        ],
    )
    def test_a_wrong_value_is_named(
        self, folder: Path, flake8: Flake8, text: str, words: list[str]
    ) -> None:
        (folder / "setup.cfg").write_text(f"[flake8]\n{text}\n")
        (folder / "a.py").write_text(CLEAN)
        done = flake8(".")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr + done.stdout
        for word in words:
            assert word in done.stderr + done.stdout

    def test_a_wrong_value_on_the_command_line(self, folder: Path, flake8: Flake8) -> None:
        (folder / "a.py").write_text(CLEAN)
        done = flake8("--jaxlint-max-depth", "none", ".")
        assert "--jaxlint-max-depth: 'none' is not a whole number" in done.stderr + done.stdout

    def test_another_configuration_file_of_flake8(self, folder: Path, flake8: Flake8) -> None:
        (folder / "a.py").write_text(VMAP)
        (folder / "setup.cfg").write_text("[flake8]\njaxlint-tolerated = no\n")
        (folder / "other.cfg").write_text("[flake8]\nmax-line-length = 100\n")
        assert codes(flake8("--config", "other.cfg", ".")) == ["JAX103"]
        assert codes(flake8("--isolated", ".")) == ["JAX103"]


class TestBadFiles:
    def test_flake8_speaks_of_what_it_cannot_read(self, folder: Path, flake8: Flake8) -> None:
        (folder / "broken.py").write_text("import jax\nimport haiku\ndef f(:\n")
        (folder / "bytes.py").write_bytes(b"import jax\nx = '\xff'\n")
        (folder / "net.py").write_text(SCAN)
        done = flake8("--select", "E9,JAX", ".")
        assert "JAX000" not in done.stdout
        assert "E999" in done.stdout
        assert "net.py:10:14: JAX101" in done.stdout

    def test_a_defect_of_ours_is_one_violation(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from jaxlint.analysis import engine

        def fail(*_: object, **__: object) -> object:
            raise RecursionError("too deep\nindeed")

        monkeypatch.setattr(engine, "analyse", fail)
        [(line, column, text, kind)] = plugin(SCAN).run()
        assert (line, column, kind) == (1, 0, Plugin)
        assert text.startswith("JAX000 jaxlint failed on this file (RecursionError: too deep)")
        assert "please report" in text


def plugin(source: str) -> Plugin:
    options = Namespace(jaxlint=Session(Config(Options())))
    return Plugin(ast.parse(source), "net.py", source.splitlines(keepends=True), options)


def test_positions_are_as_flake8_wants_them() -> None:
    [(line, column, text, _)] = plugin(SCAN).run()
    assert (line, column) == (SCAN_LINE, SCAN_COLUMN - 1)
    assert text.startswith("JAX101 jax.lax.scan")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("source", "imported"),
    [(None, []), ("x = 1\n", ["jaxlint.analysis.triage"])],
)
def test_it_imports_nothing_that_it_does_not_need(source: str | None, imported: list[str]) -> None:
    """Importing the plugin, and a file that cannot matter, cost no heavy import."""
    code = f"""
import ast, sys
from argparse import Namespace
import jaxlint.flake8
before = set(sys.modules)
source = {source!r}
if source is not None:
    from jaxlint.config import Config
    before = set(sys.modules)
    options = Namespace(jaxlint=jaxlint.flake8.Session(Config()))
    print(list(jaxlint.flake8.Plugin(ast.parse(source), "a.py", [source], options).run()))
    print(sorted(m for m in set(sys.modules) - before if m.startswith("jaxlint.analysis.")))
heavy = {{"astroid", "rich", "jax", "haiku", "pathspec", "jaxlint.analysis.engine"}}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert lines[-1] == "[]"
    if source is not None:
        assert lines[:2] == ["[]", str(imported)]
