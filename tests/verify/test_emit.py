"""Emitted tests: they fail today, pass once the code is right, and need nothing but themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytest.importorskip("haiku")
pytest.importorskip("xdist")

NET = textwrap.dedent(
    """
    import haiku as hk
    import jax


    def first(x):
        linear = hk.Linear(3)
        return jax.checkpoint(linear)(x)


    def second(x):
        linear = hk.Linear(4)
        return jax.jit(linear)(x)


    one, two = hk.transform(first), hk.transform(second)
    """
)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).resolve().parents[2]
    env = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose configuration leaves the flagged file out, and its emitted tests."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "net.py").write_text(NET)
    (folder / "fine.py").write_text(NET.replace("jax.checkpoint", "hk.remat").split("\ndef sec")[0])
    (folder / "pyproject.toml").write_text('[tool.jaxlint]\nexclude = ["net.py"]\n')
    done = run(folder, "jaxlint.verify", "--isolated", "--emit-tests", "emitted", ".")
    assert done.returncode == 1, done.stderr
    return folder


def test_one_file_for_each_finding_that_showed_itself(project: Path) -> None:
    names = sorted(path.name for path in (project / "emitted").iterdir())
    assert names == ["test_net_13_jax101.py", "test_net_8_jax101.py"]


def test_failing_today_passing_once_the_code_is_right(project: Path) -> None:
    before = run(project, "pytest", "-q", "-n", "2", "emitted")
    assert "2 failed" in before.stdout, before.stdout + before.stderr
    assert "net.py:8: CONFIRMED UnexpectedTracerError" in before.stdout
    right = "# moved by a line\n" + NET.replace("jax.checkpoint", "hk.remat")
    (project / "net.py").write_text(right)
    after = run(project / "emitted", "pytest", "-q", ".")
    assert "1 failed, 1 passed" in after.stdout, after.stdout + after.stderr
    assert "FAILED test_net_13_jax101.py" in after.stdout


def test_a_file_that_is_gone_is_no_pass(project: Path) -> None:
    (project / "net.py").rename(project / "gone.py")
    try:
        done = run(project, "pytest", "-q", "emitted/test_net_8_jax101.py")
    finally:
        (project / "gone.py").rename(project / "net.py")
    assert "1 failed" in done.stdout and "run this from the folder" in done.stdout
