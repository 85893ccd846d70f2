"""The command as a user runs it: places, reports, inputs, a command to watch, statuses, Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("haiku")

NET = textwrap.dedent(
    """
    import haiku as hk
    import jax
    import jax.numpy as jnp


    class Net(hk.Module):
        def __call__(self, x):
            linear = hk.Linear(x.shape[-1])
            return jax.lax.scan(lambda c, _: (linear(c), None), x, None, 2)[0]


    def forward(x):
        return Net()(x)


    model = hk.transform(forward)
    """
)
GUARDED = (
    NET + "if __name__ == '__main__':\n    model.init(jax.random.PRNGKey(0), jnp.ones((2, 3)))\n"
)
LINE = 10


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "net.py").write_text(NET)
    (folder / "clean.py").write_text("import jax\n\nprint(jax.__version__)\n")
    (folder / "train.py").write_text(
        "import jax\nimport net\n\n"
        "print(net.model.init(jax.random.PRNGKey(0), jax.numpy.ones((2, 3))).keys())\n"
    )
    (folder / "test_net.py").write_text(
        "import jax\nimport numpy as np\nimport net\n\n\n"
        "def test_shape():\n"
        "    params = net.model.init(jax.random.PRNGKey(0), np.ones((2, 3), np.float32))\n"
        "    assert params\n"
    )
    return folder


def run(project: Path, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).resolve().parents[2]
    env = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "jaxlint.verify", *words]
    return subprocess.run(
        command, cwd=project, env=env, input=stdin, capture_output=True, text=True, timeout=300
    )


def findings(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def test_a_folder(project: Path) -> None:
    done = run(project, ".", "--format", "json", "--emit-tests", "emitted")
    assert done.returncode == 1, done.stderr
    (one,) = findings(done)
    assert (one["path"], one["line"], one["code"]) == ("net.py", LINE, "JAX101")
    assert one["verdict"] == "CONFIRMED" and one["plan"] == "synthesised"
    assert one["exception"] == "UnexpectedTracerError" and one["executed"] >= 1
    emitted = project / "emitted" / f"test_net_{LINE}_jax101.py"
    compile(emitted.read_text(), str(emitted), "exec")
    assert sorted(p.name for p in project.glob("*")) == [
        "clean.py",
        "emitted",
        "net.py",
        "test_net.py",
        "train.py",
    ]


def test_nothing_to_confirm(project: Path) -> None:
    done = run(project, "clean.py")
    assert (done.returncode, done.stdout.strip()) == (0, "0 findings")


def test_configuration_can_be_ignored_and_named(project: Path) -> None:
    setup = project / "setup.cfg"
    setup.write_text("[jaxlint]\nexclude = net.py\n")
    try:
        hidden = run(project, "net.py")
        shown = run(project, "net.py", "--isolated", "--format", "json")
        named = run(project, ".", "--config", "setup.cfg", "--format", "json")
    finally:
        setup.unlink()
    assert (hidden.returncode, hidden.stdout.strip()) == (0, "0 findings")
    assert "net.py is left out by `exclude`; --isolated" in hidden.stderr
    assert len(findings(shown)) == 1 and "left out" not in shown.stderr
    assert findings(named) == []


def test_a_key_that_does_not_exist(project: Path) -> None:
    (project / "ours.toml").write_text("[tool.jaxlint-verify]\ntimeuot = 3\n")
    done = run(project, "net.py", "--config", "ours.toml")
    (project / "ours.toml").unlink()
    assert done.returncode == 2
    assert "[tool.jaxlint-verify] has no key 'timeuot'; did you mean 'timeout'?" in done.stderr


def test_a_report_from_standard_input_and_given_inputs(project: Path) -> None:
    report = f"./net.py:{LINE}:16: JAX101 something\nother.txt: noise\n"
    words = ("--from", "-", "--inputs", "x=f32[7,3]", "--format", "json", "--exit-zero")
    done = run(project, *words, stdin=report)
    assert done.returncode == 0, done.stderr
    (one,) = findings(done)
    assert one["verdict"] == "CONFIRMED" and "x=f32[7,3]" in one["ran"]


def test_a_command_is_watched(project: Path) -> None:
    words = (f"net.py:{LINE}", "--format", "json", "--", "pytest", "-q", "test_net.py")
    done = run(project, *words)
    assert done.returncode == 1, done.stderr
    (one,) = findings(done)
    assert (one["verdict"], one["plan"]) == ("CONFIRMED", "harness"), one["detail"]


@pytest.mark.parametrize(
    ("script", "verdict", "plan", "said"),
    [
        ("python train.py", "CONFIRMED", "harness", "(sh job.sh)"),
        ("python guarded.py", "CONFIRMED", "harness", "(sh job.sh)"),
        ("python -m guarded", "CONFIRMED", "harness", "(sh job.sh)"),
        ("exit 3", "CONFIRMED", "synthesised", "no Python process below it was watched"),
    ],
)
def test_any_program_is_watched(
    project: Path, script: str, verdict: str, plan: str, said: str
) -> None:
    (project / "job.sh").write_text(f"PATH={Path(sys.executable).parent}:$PATH\n{script}\n")
    name = "guarded.py" if "guarded" in script else "net.py"
    (project / name).write_text(GUARDED if name == "guarded.py" else NET)
    done = run(project, f"{name}:{LINE}", "--format", "json", "--", "sh", "job.sh")
    assert done.returncode == 1, done.stderr
    (one,) = findings(done)
    assert (one["verdict"], one["plan"]) == (verdict, plan), one["detail"]
    assert said in one["detail"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--from"),
        (("missing.py",), "no such file"),
        (("net.py:3",), "nothing is flagged"),
        (("net.py", "--allow", "everything"), "net, write, subprocess"),
        (("net.py", "--timeout", "-1"), "positive"),
        (("--from", "missing.txt"), "missing.txt"),
        (("net.py", "--"), "nothing after --"),
        (("net.py", "--", "no-such-program", "x"), "no such command: no-such-program"),
    ],
)
def test_bad_usage(project: Path, words: tuple[str, ...], said: str) -> None:
    done = run(project, *words)
    assert done.returncode == 2
    assert said in done.stderr


def test_without_fork_nothing_runs(project: Path) -> None:
    windows = (
        "import os, sys; del os.fork; sys.modules['resource'] = None;"
        "from jaxlint.verify.command import main; sys.exit(main(['net.py', '--jobs', '1']))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-c", windows]
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "has no fork" in done.stderr and "WSL" in done.stderr


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def test_ctrl_c_prints_what_is_known(project: Path, tmp_path: Path) -> None:
    top = "import time\ntime.sleep(100)\n"
    (tmp_path / "a.py").write_text(NET)
    (tmp_path / "b.py").write_text(top + NET)
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "jaxlint.verify", "--jobs", "2", "a.py", "b.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    server, most = 0, 0
    until = time.monotonic() + 120
    while time.monotonic() < until:  # until both ran and one of them is done
        server = (children(process.pid) or [server])[0]
        workers = len(children(server)) if server else 0
        if workers < most:
            break
        most = max(most, workers) if workers == 2 else most
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "2 findings" in out and "not run" in out
    assert not Path(f"/proc/{server}").exists()


def test_what_the_readme_shows_is_what_the_verifier_says() -> None:
    root = Path(__file__).resolve().parents[2]
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert 'python -m pip install ".[verify]" && python -m jaxlint.verify docs/examples' in readme
    done = run(root, "docs/examples")
    assert done.returncode == 1, done.stderr
    (excerpt,) = re.findall(r"^```text\n(# +place.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    shown = [cells(line) for line in excerpt.splitlines() if line != "..."]
    printed = [cells(line) for line in done.stdout.splitlines()]
    assert len(shown) > 5 and printed[0] in shown
    assert [line in shown for line in printed if re.match(r"\d+ findings", line[0])] == [True]
    rest = iter(printed)
    assert [line for line in shown if line not in rest] == []  # all of them, in this order


def cells(line: str) -> list[str]:
    """A row's columns, however wide."""
    return re.split(r"\s{2,}", line.strip())
