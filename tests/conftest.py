"""What several test files share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from jaxlint.cli import main


class Outcome(NamedTuple):
    """What a run of the command line came to."""

    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


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
