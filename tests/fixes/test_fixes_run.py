"""Fixes run: what went wrong before is gone, and what was right stays the same number."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from fixkit import HEAD, findings, fixed

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None or importlib.util.find_spec("haiku") is None,
    reason="runs the fixed programs with jax and haiku",
)

ROWS = "equal rows"
MISSING = "no inner parameters"

PROGRAM = """
class Cell(hk.Module):
    def __call__(self, c):
        w = hk.get_parameter("w", [3, 3], init=hk.initializers.RandomNormal())
        return jnp.tanh(hk.Linear(3)(c) @ w)
def noise(c):
    return c + jax.random.normal(hk.next_rng_key(), c.shape)
def maybe_noise(c):
    key = hk.maybe_next_rng_key()
    return c if key is None else c + jax.random.normal(key, c.shape)
def counted(c):
    n = hk.get_state("n", [], init=jnp.zeros)
    hk.set_state("n", n + c.sum())
    return c * n
def block(c):
    return jnp.tanh(hk.Linear(3)(c))
def net(x):
    layer, cell = hk.Linear(3), Cell()
{body}
model = hk.transform_with_state({root})
inputs = (jnp.arange(12.0).reshape(4, 3) / 10,)
"""


@dataclass(frozen=True)
class Case:
    """The body of a network, what goes wrong in it before its fixes, and what the root is given.

    wrong: the class of the error (JaxUsageError: of Haiku's own check), or ROWS or MISSING.
    """

    body: str
    wrong: str
    root: str = "net"

    @property
    def source(self) -> str:
        """The whole program."""
        return HEAD + PROGRAM.format(body=indent(self.body, "    "), root=self.root)


def read_cases() -> dict[str, Case]:
    """The cases of programs.txt: `== name | wrong [| root]` and the body below it."""
    text = Path(__file__).with_name("programs.txt").read_text(encoding="utf-8")
    found = {}
    for section in f"\n{text}".split("\n== ")[1:]:
        head, _, body = section.partition("\n")
        name, *rest = head.split(" | ")
        assert name not in found, name
        found[name] = Case(body.strip("\n") + "\n", *rest)
    return found


CASES = read_cases()


def settled(source: str) -> str:
    """The text after all its fixes, those of nested findings in rounds of their own."""
    for _ in range(3):
        source = fixed(source)
    return source


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each program did before (`name`) and after its fixes (`name, fixed`)."""
    programs = {name: case.source for name, case in CASES.items()}
    programs |= {f"{name}, fixed": settled(case.source) for name, case in CASES.items()}
    file = tmp_path_factory.mktemp("programs") / "programs.json"
    file.write_text(json.dumps(programs), encoding="utf-8")
    script = Path(__file__).with_name("run_programs.py")
    done = subprocess.run(
        [sys.executable, str(script), str(file)],
        capture_output=True,
        text=True,
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


every_case = pytest.mark.parametrize("name", list(CASES))


@every_case
def test_the_fix_cures_what_was_wrong(name: str, outcomes: dict[str, Any]) -> None:
    before, after = outcomes[name], outcomes[f"{name}, fixed"]
    wrong = CASES[name].wrong
    seen = {error.partition(": ")[2] for error in before["errors"]}
    if wrong == ROWS:
        assert before["equal"]
        assert after["equal"] is False
    elif wrong == MISSING:
        assert not any(shape.startswith("inner") for shape in before["shapes"])
        assert any(shape.startswith("inner") for shape in after["shapes"])
    else:
        assert wrong in seen
    assert after["errors"] == []


@every_case
def test_what_did_without_a_key_still_does(name: str, outcomes: dict[str, Any]) -> None:
    before, after = outcomes[name], outcomes[f"{name}, fixed"]
    assert after["keyless"] or not before["keyless"]


def test_some_programs_do_without_a_key(outcomes: dict[str, Any]) -> None:
    kept = {name for name in CASES if outcomes[name]["keyless"] is True}
    assert "vmap over optional keys" in kept
    assert "vmap over keys" not in kept


def test_safe_fixes_keep_the_numbers_of_what_worked(outcomes: dict[str, Any]) -> None:
    kept = 0
    for name, case in CASES.items():
        fixes = [f.fix for f in findings(case.source) if f.fix is not None]
        if case.wrong == "JaxUsageError" and all(fix.safe for fix in fixes):
            before, after = outcomes[name], outcomes[f"{name}, fixed"]
            assert after["out"] == pytest.approx(before["out"], rel=1e-5), name
            assert after["shapes"] == before["shapes"], name
            kept += 1
    assert kept > 15


@every_case
def test_nothing_is_left_to_fix(name: str) -> None:
    assert findings(settled(CASES[name].source)) == []
