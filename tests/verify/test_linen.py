"""Flax Linen: the bad examples of its rules show what is declared, the good ones nothing."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jaxlint.config import Options
from jaxlint.finding import Finding, Hazard
from jaxlint.runner import Checker
from jaxlint.verify import linen
from jaxlint.verify.model import Job, Limits, Result, Verdict
from verify.conftest import place

pytest.importorskip("flax")

RULES = Path(__file__).resolve().parents[2] / "docs" / "rules"
BAD = sorted(RULES.glob("JAX[239]*/bad.py"))


def finding(path: Path, code: str) -> Finding:
    (one,) = [f for f in Checker(Options()).check(str(path)).findings if f.code == code]
    return one


def without_main(path: Path, folder: Path) -> Path | None:
    """A copy that calls nothing itself, where the flagged code is in a module's method."""
    source = path.read_text()
    flagged = finding(path, path.parent.name).span.line
    kept = []
    for node in ast.parse(source).body:
        main = isinstance(node, ast.If) or getattr(node, "name", "") == "main"
        if main and node.lineno <= flagged <= (node.end_lineno or 0):
            return None
        if main:
            kept.append(node)
    lines = source.splitlines(keepends=True)
    copy = folder / f"{path.parent.name.lower()}.py"
    first = min(node.lineno for node in kept)
    copy.write_text("".join(lines[: first - 1]))
    return copy


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, verify: Callable[..., list[Result]]
) -> dict[tuple[str, str], Result]:
    folder = tmp_path_factory.mktemp("linen")
    jobs = {(path.parent.name, "own-calls"): finding(path, path.parent.name) for path in BAD}
    for path in BAD:
        copy = without_main(path, folder)
        if copy is not None:
            found = jobs[(path.parent.name, "own-calls")]
            moved = replace(found, span=replace(found.span, path=str(copy)), chain=())
            jobs[(path.parent.name, "synthesised")] = moved
    return dict(zip(jobs, verify(list(jobs.values())), strict=True))


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.parent.name)
@pytest.mark.parametrize("level", ["own-calls", "synthesised"])
def test_the_bad_example_is_true(
    path: Path, level: str, results: dict[tuple[str, str], Result]
) -> None:
    result = results.get((path.parent.name, level))
    if result is None:
        pytest.skip("the flagged line is in main itself")
    tolerated = result.finding.hazard is Hazard.TOLERATED
    expected = Verdict.CONTRACT if tolerated else Verdict.CONFIRMED
    assert (result.verdict, result.level) == (expected, level), result.detail
    if tolerated:
        assert result.exception == "JaxTransformError"


def test_streams_are_read_from_the_text() -> None:
    text = "make_rng('noise')\nnn.Dropout(0.1, rng_collection=\"mask\")\nrngs={'params': k, 'z': k}"
    assert linen.streams_in(text) == ("noise", "mask", "params", "z")


LAYERS = "import flax.linen as nn\nimport jax\nimport jax.numpy as jnp\n"
ONE_OUTPUT = """
def main():
    model, x = nn.Dense(3), jnp.ones(({rows}, 4))
    variables = model.init(jax.random.key(0), x)
    out, updates = model.apply(variables, x)
"""
ONE_STEP = """
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.BatchNorm(use_running_average=False)(x)


net = Net()


@jax.jit
def train_step(params, stats, x):
    def loss(p):
        out, new = net.apply({"params": p, "batch_stats": stats}, x, mutable=["batch_stats"])
        return (out**2).mean()

    return jax.grad(loss)(params)
"""
TWO_MISTAKES = """
class Net(nn.Module):
    def setup(self):
        self.layer = nn.Dense(2)

    def __call__(self, x):
        self.seen = x
        return self.layer(x)


def main():
    model, x = Net(), jnp.ones((2, 3))
    variables = model.init(jax.random.key(0), x)
    return model.layer
"""
PROGRAMS = {
    "three rows": (ONE_OUTPUT.format(rows=3), "model.apply(variables, x)", "JAX203", "error"),
    "two rows": (ONE_OUTPUT.format(rows=2), "model.apply(variables, x)", "JAX203", "error"),
    "one step": (
        ONE_STEP,
        'net.apply({"params": p, "batch_stats": stats}, x, mutable=["batch_stats"])',
        "JAX207",
        "silent",
    ),
    "the second mistake": (TWO_MISTAKES, "model.layer", "JAX222", "error"),
}
RAISES = {"JAX203": "ValueError", "JAX222": "AttributeError"}


@pytest.fixture(scope="module")
def shown(
    tmp_path_factory: pytest.TempPathFactory, verify: Callable[..., list[Result]]
) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("programs")
    jobs = []
    for number, (source, text, code, hazard) in enumerate(PROGRAMS.values()):
        path = folder / f"program{number}.py"
        path.write_text(LAYERS + source)
        facts = {"unpacked": 2} if code == "JAX203" else {}
        found = place(path, text, code, hazard, exception=RAISES.get(code), facts=facts)
        others = (place(path, "self.seen", "JAX224").span,) if "self.seen" in source else ()
        jobs.append(Job(found, limits=Limits(seconds=120), others=others))
    return dict(zip(PROGRAMS, verify(jobs), strict=True))


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_is_confirmed(name: str, shown: dict[str, Result]) -> None:
    assert shown[name].verdict is Verdict.CONFIRMED, shown[name].detail


def test_two_rows_that_unpack_are_shown_by_numbers(shown: dict[str, Result]) -> None:
    assert shown["three rows"].exception == "ValueError"
    assert shown["two rows"].exception is None
    assert "two rows of one output, of shape (2, 3)" in shown["two rows"].message


def test_a_single_step_shows_that_it_keeps_nothing(shown: dict[str, Result]) -> None:
    result = shown["one step"]
    assert result.level == "synthesised"
    assert "does not hold the new ones" in result.message


def test_another_mistake_in_the_way_is_passed(shown: dict[str, Result]) -> None:
    result = shown["the second mistake"]
    assert result.exception == "AttributeError"
    assert "other findings made harmless" in result.detail
