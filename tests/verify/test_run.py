"""Small programs, run whole: verdicts, plan levels, the counter-proof, neighbours, silence."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jaxlint.finding import Edit, Finding, Fix
from jaxlint.verify.model import Result, Verdict
from verify.conftest import place

HEAD = "import haiku as hk\nimport jax\nimport jax.numpy as jnp\n"
ROWS = """
def noisy(x):
    return x + jax.random.normal(hk.next_rng_key(), x.shape)


def forward(x):
    return jax.vmap(noisy)(x)
"""
LEAK = """
class Net(hk.Module):
    def __call__(self, x):
        linear = hk.Linear(x.shape[-1])
        return jax.checkpoint(linear)(x)
"""
TOLERATED = """
def forward(x):
    return jax.vmap(hk.Linear(3))(x)
"""
COUNTER = """
def forward(x):
    def tick(row):
        count = hk.get_state("count", (), init=jnp.zeros)
        hk.set_state("count", count + 1)
        return row

    return jax.vmap(tick)(x)
"""
FINE = """
def forward(x):
    weight = hk.get_parameter("w", (), init=jnp.ones)
    return jax.vmap(lambda row: row * weight)(x)
"""
STRANGE = """
def forward(x):
    if x != "the one input nobody guesses":
        raise LookupError("no")
    return jax.jit(hk.Linear(3))(x)
"""


def fixed(finding: Finding, text: str) -> Finding:
    return replace(finding, fix=Fix("", (Edit(finding.span, text),)))


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, verify: Callable[..., list[Result]]
) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("run")

    def at(name: str, source: str, text: str, code: str, hazard: str) -> Finding:
        path = Path(folder) / f"{name}.py"
        path.write_text(HEAD + textwrap.dedent(source))
        return place(path, text, code, hazard)

    leak = at("leak", LEAK, "jax.checkpoint(linear)", "JAX101", "leak")
    rows = at("rows", ROWS, "jax.vmap(noisy)", "JAX102", "silent")
    work = {
        "leak": fixed(leak, "hk.remat(linear)"),
        "leak, no cure": fixed(leak, "jax.remat(linear)"),
        "rows": fixed(rows, "hk.vmap(noisy, split_rng=True)"),
        "rows, no cure": fixed(rows, "hk.vmap(noisy, split_rng=False)"),
        "tolerated": at("tolerated", TOLERATED, "jax.vmap(hk.Linear(3))", "JAX103", "tolerated"),
        "counter": at("counter", COUNTER, "jax.vmap(tick)", "JAX101", "silent"),
        "fine": at("fine", FINE, "jax.vmap(lambda row: row * weight)", "JAX101", "leak"),
        "strange": at("strange", STRANGE, "jax.jit(hk.Linear(3))", "JAX101", "leak"),
    }
    return dict(zip(work, verify(list(work.values())), strict=True))


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("leak", Verdict.CONFIRMED),
        ("rows", Verdict.CONFIRMED),
        ("tolerated", Verdict.CONTRACT),
        ("counter", Verdict.CONFIRMED),
        ("fine", Verdict.NOT_REPRODUCED),
        ("strange", Verdict.NO_INPUTS),
    ],
)
def test_verdicts(name: str, verdict: Verdict, results: dict[str, Result]) -> None:
    assert results[name].verdict is verdict, results[name].detail


def test_the_counter_proof(results: dict[str, Result]) -> None:
    assert results["leak"].cured is True, results["leak"].detail
    assert results["rows"].cured is True, results["rows"].detail
    assert results["leak, no cure"].cured is False
    assert results["rows, no cure"].cured is False
    assert results["tolerated"].cured is None


def test_the_leak_checker_is_asked_but_confirms_nothing(results: dict[str, Result]) -> None:
    assert "jax.checking_leaks objects: Leaked" in results["leak"].detail
    assert "jax.checking_leaks has no objection" in results["fine"].detail
    assert "jax.checking_leaks" not in results["rows"].detail


def test_silence_is_shown_by_numbers(results: dict[str, Result]) -> None:
    assert results["rows"].exception is None
    assert "rows or steps all drew the key" in results["rows"].message
    assert "plain Python" in results["counter"].message


def test_giving_up_says_what_was_tried(results: dict[str, Result]) -> None:
    assert "tried forward(x=" in results["strange"].detail
    assert "--inputs" in results["strange"].detail
