"""`--show N` prints a program: it runs by itself, and shows what the verifier saw."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlint.verify.guesses import Array, Key, Made, Struct, Value
from jaxlint.verify.model import Result, Verdict
from verify.conftest import place

MODULE = """
import haiku as hk
import jax
import jax.numpy as jnp


class Core(hk.Module):
    def __init__(self, hidden_size, name=None):
        super().__init__(name=name)
        self.hidden_size = hidden_size

    def __call__(self, x, scale=1.0):
        linear = hk.Linear(x.shape[-1])
        return scale * jax.lax.scan(lambda c, _: (linear(c), None), x, None, 2)[0]
"""
SITE = "jax.lax.scan(lambda c, _: (linear(c), None), x, None, 2)"
FORMS = {
    "class": "",
    "function": "\n\ndef forward(batch):\n    return Core(8)(batch['image'])\n",
    "pair": "\n\nnet = hk.transform(lambda x: Core(4)(x))\n",
    "main": (
        "\n\ndef main():\n"
        "    net = hk.transform(lambda x: Core(4)(x))\n"
        "    params = net.init(jax.random.PRNGKey(0), jnp.ones((2, 3)))\n"
        "    print(params, net.apply(params, None, jnp.ones((2, 3))))\n"
    ),
}


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, verify: Callable[..., list[Result]]
) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("shown")
    for form, text in FORMS.items():
        (folder / f"net_{form}.py").write_text(MODULE + text)
    done = verify([place(folder / f"net_{form}.py", SITE) for form in FORMS])
    return dict(zip(FORMS, done, strict=True))


@pytest.mark.parametrize("form", FORMS)
def test_the_program_shows_it_alone(form: str, results: dict[str, Result], tmp_path: Path) -> None:
    result = results[form]
    assert result.verdict is Verdict.CONFIRMED, result.detail
    (tmp_path / "again.py").write_text(result.program)
    done = subprocess.run(
        [sys.executable, "again.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode != 0 and "UnexpectedTracerError" in done.stderr, result.program


def test_the_source_of_a_guess_builds_the_same_value() -> None:
    jax = pytest.importorskip("jax")
    import collections

    import jax.numpy as jnp
    import numpy as np

    inside = {"a": Array((2, 3)), "b": Array((4,), "int32"), "c": Array((2,), fill="ones")}
    guesses = [
        *inside.values(),
        Key(),
        Key(3),
        Value((1, "two")),
        Struct("dict", inside),
        Struct("tuple", {"0": Array((1,))}),
        Struct("list", inside),
        Struct("fields", inside),
    ]
    names = {"jax": jax, "jnp": jnp, "np": np, "collections": collections}
    for guess in guesses:
        built, again = guess.build(5), eval(guess.source(5), names)
        one, two = jax.tree_util.tree_leaves(built), jax.tree_util.tree_leaves(again)
        assert len(one) == len(two), guess
        assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True)), guess
    assert "core" in Made("initial_state(4)", lambda: None).source(0)
