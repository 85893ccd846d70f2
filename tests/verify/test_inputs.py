"""Inputs nobody wrote: from annotations, docstrings, use, names, the file; and from error texts."""

from __future__ import annotations

import ast
import inspect
import textwrap
from types import SimpleNamespace
from typing import Any

import pytest

from jaxlint.verify import hints, search, synthesise
from jaxlint.verify.errors import seen
from jaxlint.verify.guesses import Array, Struct, Value, describe, parse_inputs
from jaxlint.verify.model import Seen


def guessed(source: str, **setting: Any) -> str:
    """First guesses for the parameters of the function that `source` defines."""
    source = textwrap.dedent(source)
    tree = ast.parse(source)
    names: dict[str, Any] = {"jnp": SimpleNamespace(ones=len, zeros=len)}
    exec(compile(tree, "<test>", "exec", dont_inherit=True), names)
    node = next(n for n in tree.body if isinstance(n, ast.FunctionDef))
    parameters = list(inspect.signature(names[node.name]).parameters.values())
    used = hints.uses(node, [p.name for p in parameters])
    known = synthesise.Setting(hints=hints.file_hints(tree), **setting)
    known.with_params = any(p.name == "params" for p in parameters)
    texts = ast.get_docstring(node)
    known.described = synthesise.described(texts, [p.name for p in parameters], known)
    return describe({p.name: synthesise.guess(p, used[p.name], known) for p in parameters})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x): return x", "x=f32[4,8]"),
        ("def f(tokens): return tokens", "tokens=i32[4,8]"),
        ("def f(images): return images", "images=f32[2,16,16,3]"),
        ("def f(x, is_training): return x", "x=f32[4,8], is_training=True"),
        ("def f(x, deterministic): return x", "x=f32[4,8], deterministic=False"),
        ("def f(rng, x): return x", "rng=key, x=f32[4,8]"),
        ("def f(params, x): return net.apply(params, x)", "params=init(), x=f32[4,8]"),
        ("def f(w, x): return net.apply(w, None, x)", "w=init(), x=f32[4,8]"),
        ("def f(x):\n    b, t, d = x.shape\n    return b", "x=f32[4,5,8]"),
        ("def f(x): return x.shape[3]", "x=f32[2,16,16,3]"),
        ("def f(x): return x[:, 0, :]", "x=f32[4,5,8]"),
        ("def f(obs): return obs['image']", "obs={image: f32[2,16,16,3]}"),
        ("def f(obs): return obs.x + obs.y", "obs={x: f32[4,8], y: f32[4,8]}"),
        ("def f(pair):\n    x, ids = pair\n    return x", "pair=(f32[4,8], i32[4,8])"),
        ("def f(hidden_size, num_heads): return 1", "hidden_size=8, num_heads=2"),
        ("def f(n): return hk.Linear(n)", "n=2"),
        ("def f(a, b): return jnp.einsum('bqd,bkd->bqk', a, b)", "a=f32[4,5,8], b=f32[4,5,8]"),
        ("def f(x, rate=0.1): return x", "x=f32[4,8], rate=0.1"),
        ("def f(x: 'Float[Array, \"batch 28 28 c\"]'): return x", "x=f32[4,28,28,3]"),
        ("def f(x: 'Int[Array, \"b t\"]'): return x", "x=i32[4,5]"),
        ("def f(n: int, x: 'jax.Array'): return x", "n=2, x=f32[4,8]"),
        ("def f(xs): 'xs: [time, batch, 5]'; return xs", "xs=f32[5,4,5]"),
        ("def f(ids): 'ids, an int array of shape [time, batch]'; return ids", "ids=i32[5,4]"),
        ("def f(h): '[batch, 8, 8, 3] -> [batch, 5]'; return h", "h=f32[4,8,8,3]"),
        ("def f(x): return x\nx = jnp.ones((8, 784))", "x=f32[8,784]"),
        ("def f(x): return x\nD = 7\nz = jnp.zeros((3, D))", "x=f32[3,7]"),
        ("def f(mask): return mask", "mask=f32[4,8]"),
    ],
)
def test_first_guess(source: str, expected: str) -> None:
    assert guessed(source) == expected


def test_named_tuples_are_built_field_by_field() -> None:
    source = """
        from typing import NamedTuple
        class Batch(NamedTuple):
            image: object
            label: object
        def f(batch: Batch): return batch.image
    """
    assert guessed(source) == "batch={image: f32[2,16,16,3], label: i32[4]}"


def test_given_inputs_are_read_back() -> None:
    pytest.importorskip("jax")
    text = "x=f32[8,28,28,1], y=i32[], train=True, obs={'a': f32[2], 'b': (f32[1], f32[3])}"
    given = parse_inputs(text)
    assert isinstance(given["x"], Array) and given["x"].shape == (8, 28, 28, 1)
    assert given["x"].sure
    assert isinstance(given["y"], Array) and given["y"].shape == ()
    assert isinstance(given["train"], Value) and given["train"].value is True
    assert isinstance(given["obs"], Struct)
    assert given["obs"].build(0)["b"][1].shape == (3,)


def test_bad_inputs_say_what_is_wrong() -> None:
    pytest.importorskip("jax")
    with pytest.raises(ValueError, match="cannot read inputs"):
        parse_inputs("x=f33[8]")


def said(text: str) -> Seen:
    return seen(ValueError(text), "search")


def first(guesses: dict[str, Any], text: str) -> str:
    return describe(next(search.improvements(guesses, said(text))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Input to ConvND needs to have rank in [3, 4], but input has shape (4, 8).",
            "x=f32[2,16,16,3]",
        ),
        ("not enough values to unpack (expected 3, got 2)", "x=f32[4,5,8]"),
        (
            "dot_general requires contracting dimensions to have the same shape,"
            " got (8,) and (16,).",
            "x=f32[4,16]",
        ),
        (
            "add got incompatible shapes for broadcasting: (4, 8), (4, 16).",
            "x=f32[4,16]",
        ),
    ],
)
def test_errors_lead_the_search(text: str, expected: str) -> None:
    assert first({"x": Array((4, 8))}, text) == expected


def test_what_a_person_gave_is_not_changed() -> None:
    given = {"x": Array((4, 8), sure=True)}
    for better in search.improvements(given, said("contracting dimensions, got (8,) and (16,)")):
        assert describe(better) == "x=f32[4,8]"
