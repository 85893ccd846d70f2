"""The command line, as a person or a script meets it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from outcome import Run
from samples import CLEAN, HELPER, SCAN, SCAN_COLUMN, SCAN_LINE, USER, VMAP, noqa

import jaxlint
from jaxlint.rules.registry import all_rules

ROOT = Path(jaxlint.__file__).parent.parent


def command(*argv: str, **keywords: object) -> subprocess.CompletedProcess[str]:
    """Run `python -m jaxlint` in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "jaxlint", *argv],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        **keywords,  # type: ignore[call-overload]
    )


class TestCheck:
    def test_a_finding(self, folder: Path, run: Run) -> None:
        (folder / "net.py").write_text(SCAN)
        outcome = run("check", "net.py", "--format", "concise")
        assert outcome.status == 1
        assert outcome.out.startswith(f"net.py:{SCAN_LINE}:{SCAN_COLUMN}: JAX101 jax.lax.scan")
        assert outcome.err == ""

    def test_paths_are_relative_in_the_chain_too(self, folder: Path, run: Run) -> None:
        (folder / "user.py").write_text(USER)
        (folder / "helper.py").write_text(HELPER)
        cold, warm = (run("check", "user.py", "--format", "json").out for _ in range(2))
        [finding] = json.loads(cold)["findings"]
        assert {link["path"] for link in finding["chain"]} == {"user.py", "helper.py"}
        assert json.loads(warm)["findings"] == [finding]

    def test_nothing(self, folder: Path, run: Run) -> None:
        (folder / "net.py").write_text(CLEAN)
        outcome = run("check", ".")
        assert (outcome.status, outcome.out) == (0, "No findings (1 file checked)\n")

    def test_a_folder_sorted_by_path(self, folder: Path, run: Run) -> None:
        (folder / "b.py").write_text(SCAN)
        (folder / "a.py").write_text(VMAP)
        (folder / "user.py").write_text(USER)
        (folder / "helper.py").write_text(HELPER)
        lines = run("check", ".", "--format", "concise").out.splitlines()
        assert [line.split(" ")[:2] for line in lines] == [
            ["a.py:6:12:", "JAX103"],
            ["b.py:10:14:", "JAX101"],
            ["user.py:8:14:", "JAX101"],
        ]

    def test_select_ignore_disable_tolerated(self, folder: Path, run: Run) -> None:
        (folder / "a.py").write_text(SCAN)
        (folder / "b.py").write_text(VMAP)

        def codes(*argv: str) -> list[str]:
            out = run("check", ".", "--format", "concise", *argv).out
            return [line.split(" ")[1] for line in out.splitlines()]

        assert codes() == ["JAX101", "JAX103"]
        assert codes("--select", "JAX103") == ["JAX103"]
        assert codes("--ignore", "JAX103") == ["JAX101"]
        assert codes("--disable", "JAX101") == ["JAX103"]
        assert codes("--no-tolerated") == ["JAX101"]
        assert codes("--ignore", "JAX1") == []

    def test_noqa(self, folder: Path, run: Run) -> None:
        (folder / "a.py").write_text(noqa(SCAN, "noqa: JAX101"))
        (folder / "b.py").write_text("# flake8: noqa\n" + SCAN)
        outcome = run("check", ".")
        assert outcome.status == 0
        assert "1 suppressed by noqa" in outcome.out

    def test_unused_noqa(self, folder: Path, run: Run) -> None:
        (folder / "a.py").write_text(noqa(SCAN, "noqa: JAX101,JAX102"))
        (folder / "b.py").write_text("x = 1  # noqa: JAX101\n")
        assert run("check", ".").status == 0
        outcome = run("check", ".", "--report-unused-noqa", "--format", "concise")
        assert outcome.status == 1
        first, second = outcome.out.splitlines()
        assert first.startswith("a.py:10:68: JAX001 'noqa: JAX102' suppresses nothing here")
        assert second.startswith("b.py:1:16: JAX001 'noqa: JAX101'")
        assert run("check", ".", "--report-unused-noqa", "--ignore", "JAX001").status == 0

    def test_a_noqa_for_a_tolerated_finding_that_does_not_show(
        self, folder: Path, run: Run
    ) -> None:
        (folder / "a.py").write_text(noqa(VMAP, "noqa: JAX103", line=6))
        assert run("check", ".", "--report-unused-noqa", "--no-tolerated").status == 0

    def test_standard_input(self, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "pkg").mkdir()
        (folder / "pkg" / "helper.py").write_text(HELPER)

        def given(source: str) -> None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(source.encode())))

        given(SCAN)
        outcome = run("check", "-")
        assert outcome.out.startswith(f"stdin:{SCAN_LINE}:{SCAN_COLUMN}: JAX101")
        assert "jax.lax.scan(body, x, None, length=2)\n" in outcome.out
        given(USER)
        name = os.path.join("pkg", "new.py")
        outcome = run("check", "-", "--stdin-display-name", name, "--format", "concise")
        assert outcome.out.startswith(f"{name}:8:14: JAX101")
        given("def f(:\n")
        assert run("check", "-").status == 2

    def test_the_configuration_files(self, folder: Path, run: Run) -> None:
        (folder / "a.py").write_text(VMAP)
        (folder / "pyproject.toml").write_text("[tool.jaxlint]\ntolerated = false\n")
        (folder / "other.cfg").write_text("[jaxlint]\nignore = JAX102\n")
        assert run("check", "a.py").status == 0
        assert run("check", "a.py", "--tolerated").status == 1
        assert run("check", "a.py", "--isolated").status == 1
        assert run("check", "a.py", "--config", "other.cfg").status == 1
        assert run("check", "a.py", "--config", "pyproject.toml").status == 0

    def test_exclude_in_the_configuration(self, folder: Path, run: Run) -> None:
        (folder / "a.py").write_text(SCAN)
        (folder / "pyproject.toml").write_text('[tool.jaxlint]\nexclude = ["a.py"]\n')
        assert run("check", ".").out == "No findings (0 files checked)\n"


class TestTrouble:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"def f(:\n", "syntax error"),
            (b"x = 1\0\n", ""),
            (b"# -*- coding: nonsense -*-\n", "encoding"),
            (b"x = '\xff\xfe'\n", "encoding"),
            (b"import jax\nx = " + b"-" * 100_000 + b"1\n", ""),
            (b"import jax\nx = " + b"(" * 10_000 + b")" * 10_000 + b"\n", ""),
        ],
    )
    def test_a_bad_file_is_named_and_the_rest_goes_on(
        self, folder: Path, run: Run, content: bytes, words: str
    ) -> None:
        (folder / "bad.py").write_bytes(content)
        (folder / "net.py").write_text(SCAN)
        outcome = run("check", ".", "--format", "concise")
        assert outcome.status == 2
        assert outcome.out.startswith("net.py:")
        assert outcome.err.startswith("bad.py:")
        assert words in outcome.err
        assert len(outcome.err.splitlines()) == 1

    @pytest.mark.parametrize("expression", ["x" + ".y" * 10_000, "+".join(["x"] * 10_000)])
    def test_a_deep_expression_does_no_harm(self, folder: Path, run: Run, expression: str) -> None:
        (folder / "deep.py").write_text(f"import jax\nimport haiku\nx = jax\nx = {expression}\n")
        (folder / "net.py").write_text(SCAN)
        outcome = run("check", ".", "--format", "concise")
        assert outcome.status in (1, 2)
        assert outcome.out.startswith("net.py:")
        assert "JAX000" not in outcome.err

    def test_what_is_not_there(self, folder: Path, run: Run) -> None:
        (folder / "net.py").write_text(SCAN)
        outcome = run("check", "gone.py", "net.py", "--format", "concise")
        assert outcome.status == 2
        assert outcome.err == "gone.py:1: error: no such file or folder\n"
        assert outcome.out.startswith("net.py:")

    @pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
    def test_a_link_to_nothing(self, folder: Path, run: Run) -> None:
        (folder / "link.py").symlink_to("gone.py")
        outcome = run("check", ".")
        assert outcome.status == 2
        assert "link.py:1: error: cannot be read" in outcome.err

    def test_a_file_that_vanishes_while_we_look(
        self, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from jaxlint.discovery import Found

        (folder / "net.py").write_text(SCAN)
        found = Found(["gone.py", "net.py"])
        monkeypatch.setattr("jaxlint.cli.check.find_files", lambda *_: found)
        outcome = run("check", ".", "--format", "concise")
        assert outcome.status == 2
        assert outcome.err.startswith("gone.py:1: error: cannot be read")
        assert outcome.out.startswith("net.py:")

    def test_a_defect_of_ours(
        self, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from jaxlint.analysis import engine

        def fail(path: str, *rest: object, **keywords: object) -> object:
            if path == "a.py":
                raise KeyError("surprise")
            return engine.FileReport(path)

        monkeypatch.setattr(engine, "analyse", fail)
        (folder / "a.py").write_text(SCAN)
        (folder / "b.py").write_text(SCAN)
        outcome = run("check", ".")
        assert outcome.status == 2
        assert (
            "a.py:1: error: JAX000 jaxlint failed on this file (KeyError: 'surprise')"
            in outcome.err
        )
        assert "b.py" not in outcome.err

    def test_a_budget_shows_when_asked(self, folder: Path, run: Run) -> None:
        (folder / "a.py").write_text(SCAN)
        quiet = run("check", ".", "--max-steps", "3")
        assert (quiet.status, quiet.err) == (0, "")
        verbose = run("check", ".", "--max-steps", "3", "--verbose")
        assert verbose.status == 0
        assert "a.py:1: note: the analysis stopped" in verbose.err

    def test_an_interrupt_shows_what_is_known(
        self, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from jaxlint.runner import Checker, FileResult

        check = Checker.check

        def interrupted(self: Checker, path: str, data: bytes | None = None) -> FileResult:
            if path == "b.py":
                raise KeyboardInterrupt
            return check(self, path, data)

        monkeypatch.setattr(Checker, "check", interrupted)
        for name in ("a.py", "b.py", "c.py"):
            (folder / name).write_text(SCAN)
        outcome = run("check", ".", "--format", "concise")
        assert outcome.status == 130
        assert outcome.out.startswith("a.py:10:14: JAX101")
        assert "interrupted, with 2 files unchecked" in outcome.err

    @pytest.mark.skipif(os.name == "nt", reason="signals differ on Windows")
    def test_ctrl_c_on_a_real_run(self, folder: Path) -> None:
        for number in range(300):
            (folder / f"net{number}.py").write_text(SCAN * 40)
        process = subprocess.Popen(
            [sys.executable, "-m", "jaxlint", "check", ".", "--no-cache", "--jobs", "2"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        time.sleep(1.0)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Traceback" not in err

    def test_a_closed_pipe(self, folder: Path) -> None:
        (folder / "net.py").write_text(SCAN)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, "-m", "jaxlint", "check", "."],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        with process.stderr as stream:
            assert stream.read() == b""
        process.wait(timeout=60)

    def test_a_terminal_that_cannot_show_every_character(self, folder: Path) -> None:
        (folder / "net.py").write_text(noqa(SCAN, "\u65e5\u672c"), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(
            [sys.executable, "-m", "jaxlint", "check", "."],
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1
        assert b"\\u65e5" in done.stdout


class TestUsage:
    @pytest.mark.parametrize(
        ("argv", "words"),
        [
            (["chek", "."], "did you mean 'check'?"),
            (["check", ".", "--selct", "JAX1"], "unknown option --selct; did you mean '--select'?"),
            (["check", ".", "--select", "JAX999"], "--select: 'JAX999' is no rule"),
            (["check", ".", "--effects", "a.b=write"], "--effects: a.b cannot have the effect"),
            (["check", ".", "--jobs", "none"], "not a number of processes"),
            (["check", ".", "--format", "xml"], "invalid choice: 'xml'"),
            (["check", ".", "--config", "gone.toml"], "gone.toml: no such configuration file"),
            (["check"], "required: PATH"),
            (["explain", "JAX1O1"], "did you mean 'JAX1"),
            (["explain", "nonsense"], "see `jaxlint rules`"),
            (["catalog", "measure"], "invalid choice"),
        ],
    )
    def test_bad_usage_says_what_is_meant(self, run: Run, argv: list[str], words: str) -> None:
        outcome = run(*argv)
        assert outcome.status == 2
        assert words in outcome.err
        assert outcome.out == ""

    def test_a_path_without_a_command(self, folder: Path, run: Run) -> None:
        (folder / "net.py").write_text(SCAN)
        outcome = run("net.py")
        assert outcome.status == 2
        assert "did you mean `jaxlint check net.py`?" in outcome.err

    def test_help_names_commands_and_exit_statuses(self, run: Run) -> None:
        outcome = run("--help")
        assert outcome.status == 0
        for word in ("check", "explain", "rules", "catalog", "clean", "exit status", "examples"):
            assert word in outcome.out
        outcome = run("check", "--help")
        for setting in ("--effects", "--no-tolerated", "--report-unused-noqa", "--src"):
            assert setting in outcome.out

    def test_no_command_shows_the_help(self, run: Run) -> None:
        outcome = run()
        assert outcome.status == 2
        assert "examples:" in outcome.out

    def test_version(self, run: Run) -> None:
        assert run("--version").out == f"jaxlint {jaxlint.__version__}\n"

    def test_as_a_module_of_python(self, folder: Path) -> None:
        (folder / "net.py").write_text(SCAN)
        done = command("check", "net.py", "--format", "json")
        assert done.returncode == 1
        assert json.loads(done.stdout)["findings"][0]["code"] == "JAX101"

    def test_no_traceback_ever(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(argument: object) -> int:
            raise RuntimeError("surprise")

        monkeypatch.setattr("jaxlint.cli.explain.explain", fail)
        outcome = run("explain", "JAX101")
        assert outcome.status == 2
        assert outcome.err.startswith("jaxlint: internal error: RuntimeError: surprise\n")


class TestRules:
    def test_the_table(self, run: Run) -> None:
        outcome = run("rules")
        assert outcome.status == 0
        for code, rule in all_rules().items():
            assert f"{code}  {rule.name}" in outcome.out
        assert "JAX001  unused-noqa" in outcome.out

    def test_json(self, run: Run) -> None:
        records = json.loads(run("rules", "--format", "json").out)
        assert [record["code"] for record in records] == list(all_rules())
        assert records[0]["family"] == "haiku"
        assert "leak" in records[0]["hazards"]


class TestProgress:
    class Stream(io.StringIO):
        def __init__(self, terminal: bool) -> None:
            super().__init__()
            self.terminal = terminal

        def isatty(self) -> bool:
            return self.terminal

    def shown(self, stream: Stream, monkeypatch: pytest.MonkeyPatch, patience: float) -> str:
        from jaxlint.cli import progress

        monkeypatch.setattr(progress, "_PATIENCE", patience)
        monkeypatch.setenv("TERM", "xterm")
        with progress.Progress(3, stream) as bar:
            for _ in range(3):
                bar.advance()
        return stream.getvalue()

    def test_a_bar_when_it_takes_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "checking" in self.shown(self.Stream(True), monkeypatch, -1)

    def test_none_for_a_short_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.shown(self.Stream(True), monkeypatch, 1000) == ""

    def test_none_away_from_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.shown(self.Stream(False), monkeypatch, -1) == ""


def test_catalog_check_forwards_its_arguments(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    def measure(argv: list[str]) -> int:
        given.append(argv)
        return 1

    monkeypatch.setattr("jaxlint.catalog.measure.main", measure)
    assert run("catalog", "check", "--sample", "3").status == 1
    assert given == [["--sample", "3"]]


def test_nothing_heavy_is_imported_for_a_file_that_cannot_matter(folder: Path) -> None:
    (folder / "a.py").write_text("x = 1\n")
    code = (
        "import sys; from jaxlint.cli import main; status = main(['check', '.', '--no-cache']); "
        "heavy = {'jax', 'haiku', 'astroid', 'rich', 'flake8', 'jaxlint.analysis.engine', "
        "'multiprocessing'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
