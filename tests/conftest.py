"""What several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest
from outcome import Outcome, Run

from jaxlint.cli import main


@pytest.fixture()
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of the test's own, which is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    return tmp_path


@pytest.fixture()
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in `folder`."""

    def run_main(*argv: str) -> Outcome:
        capsys.readouterr()
        status = main(list(argv))
        return Outcome(status, *capsys.readouterr())

    return run_main
