"""Code under test that misbehaves: each gets its verdict, and an honest neighbour is unharmed."""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlint.verify.model import Job, Limits, Result, Verdict
from verify.conftest import place

NET = """
    import haiku as hk
    import jax
    import jax.numpy as jnp
    {top}

    def net(x):
        {first}
        linear = hk.Linear(3)
        return jax.lax.scan(lambda c, _: (linear(c), None), x, None, 2)[0]

    def main():
        x = jnp.ones((2, 3))
        model = hk.transform(net)
        print(model.init(jax.random.PRNGKey(0), x).keys())
"""
SITE = "jax.lax.scan(lambda c, _: (linear(c), None), x, None, 2)"

CASES = {
    "honest": ("", "pass", {Verdict.CONFIRMED}),
    "endless loop": ("", "while True: pass", {Verdict.TIMEOUT}),
    "endless loop in C": ("", "sum(iter(int, 1))", {Verdict.TIMEOUT}),
    "sleeps at import": ("import time; time.sleep(1000)", "pass", {Verdict.CONFIRMED}),
    "fork bomb": (
        "import os",
        "[os.fork() for _ in iter(int, 1)]",
        {Verdict.BLOCKED, Verdict.UNREACHED},
    ),
    "huge allocation": (
        "import numpy as np",
        "np.full(100 << 30, 1, np.uint8)",
        {Verdict.CRASHED, Verdict.NO_INPUTS},
    ),
    "grows": ("", "[b'x' * (16 << 20) for _ in iter(int, 1)]", {Verdict.CRASHED}),
    "writes home": (
        "from pathlib import Path",
        "(Path.home() / 'jaxlint-was-here').write_text('x')",
        {Verdict.BLOCKED},
    ),
    "opens a socket": (
        "import socket",
        "socket.create_connection(('127.0.0.1', 9))",
        {Verdict.BLOCKED},
    ),
    "starts a program": ("import subprocess", "subprocess.run(['true'])", {Verdict.BLOCKED}),
    "exits": ("import os", "os._exit(0)", {Verdict.CRASHED}),
    "exits at import": ("import os; os._exit(3)", "pass", {Verdict.CONFIRMED}),
    "segfault": ("import ctypes", "ctypes.string_at(0)", {Verdict.CRASHED}),
    "output flood": (
        "",
        "[print('x' * 10_000) for _ in range(20_000)]",
        {Verdict.CONFIRMED, Verdict.NO_INPUTS, Verdict.CRASHED},
    ),
    "raises at import": ("raise RuntimeError('no')", "pass", {Verdict.CONFIRMED}),
}


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, verify: Callable[..., list[Result]]
) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("hostile")
    jobs = []
    for number, (top, first, _) in enumerate(CASES.values()):
        path = folder / f"case{number}.py"
        path.write_text(textwrap.dedent(NET).format(top=top, first=first))
        levels = ("own-calls", "synthesised", "slice")
        limits = Limits(seconds=30, memory_mb=600)
        jobs.append(Job(place(path, SITE), levels=levels, limits=limits))
    return dict(zip(CASES, verify(jobs), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_each_gets_its_verdict(name: str, results: dict[str, Result]) -> None:
    result = results[name]
    assert result.verdict in CASES[name][2], f"{result.message}\n{result.detail}"


def test_the_refusal_names_the_flag(results: dict[str, Result]) -> None:
    for name, flag in (
        ("writes home", "--allow write"),
        ("opens a socket", "--allow net"),
        ("starts a program", "--allow subprocess"),
    ):
        assert flag in results[name].message, results[name]


def test_nothing_was_written_outside(results: dict[str, Result]) -> None:
    assert not (Path.home() / "jaxlint-was-here").exists()


def test_a_crash_says_how(results: dict[str, Result]) -> None:
    assert "SIGSEGV" in results["segfault"].message
    assert "status 3" in results["exits at import"].detail


def test_output_is_bounded(results: dict[str, Result]) -> None:
    assert len(results["output flood"].detail) < 100_000


def test_a_slice_says_so(results: dict[str, Result]) -> None:
    for name in ("raises at import", "sleeps at import", "exits at import"):
        result = results[name]
        assert result.level == "slice", name
        assert "slice" in result.detail


def test_no_process_is_left(results: dict[str, Result]) -> None:
    """The server's workers end with their jobs: of this process's children, only it remains."""
    time.sleep(0.2)
    with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as handle:
        servers = [int(pid) for pid in handle.read().split()]
    for server in servers:
        with open(f"/proc/{server}/task/{server}/children") as handle:
            assert handle.read().split() == []


def test_allowed_writes_are_written(tmp_path: Path, verify: Callable[..., list[Result]]) -> None:
    path, target = tmp_path / "net.py", tmp_path / "log.txt"
    first = f"open({str(target)!r}, 'w').write('x')"
    path.write_text(textwrap.dedent(NET).format(top="", first=first))
    (result,) = verify([place(path, SITE)], allow=("write",))
    assert result.verdict is Verdict.CONFIRMED
    assert target.read_text() == "x"
