"""The respelled fixtures mean what they meant: no name is lost, no line moves."""

from __future__ import annotations

import ast

import pytest
import respell
from kit import Case, cases
from pyflakes import checker, messages


@pytest.mark.parametrize("spelling", [respell.by_module, respell.by_name])
@pytest.mark.parametrize(
    # Names that are gone are a matter of spelling: those files are not respelled.
    "case",
    [case for case in cases() if case.family != "leftovers"],
    ids=lambda case: case.name,
)
def test_no_name_is_lost(case: Case, spelling: object) -> None:
    respelled = spelling(case.source)  # type: ignore[operator]
    lost = [
        message
        for message in checker.Checker(ast.parse(respelled)).messages
        if isinstance(message, messages.UndefinedName)
    ]
    assert [str(message) for message in lost] == []
    assert respelled.count("\n") == case.source.count("\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import haiku as hk\nhk.Linear(3)", "import haiku\nhaiku.Linear(3)"),
        ("import jax\njax.jit(f)", "import jax as _jax\n_jax.jit(f)"),
        ("from jax import lax\nlax.scan", "import jax.lax as lax\nlax.scan"),
        (
            "from jax.lax import scan as roll\nroll(f)",
            "import jax.lax as _from_jax_lax\n_from_jax_lax.scan(f)",
        ),
        ("import jax.numpy as jnp\njnp.sin", "from jax import numpy as jnp\njnp.sin"),
        ("import jax\ndef f(jax): return jax.x", "import jax\ndef f(jax): return jax.x"),
        ("from jax import (\n    jit,\n)\njit", "import jax as _from_jax\n\n\n_from_jax.jit"),
    ],
)
def test_by_module(before: str, after: str) -> None:
    assert respell.by_module(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "import haiku as hk\nhk.nets.MLP",
            "import haiku as hk; from haiku import nets as _hk_nets\n_hk_nets.MLP",
        ),
        (
            "import jax\njax.lax.scan, jax.jit",
            "import jax; from jax import jit as _jax_jit, lax as _jax_lax\n_jax_lax.scan, _jax_jit",
        ),
    ],
)
def test_by_name(before: str, after: str) -> None:
    assert respell.by_name(before) == after
