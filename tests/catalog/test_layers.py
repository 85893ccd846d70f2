"""The collections and streams that the data gives each layer of Linen, against the layer, run."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from jaxlint import catalog
from jaxlint.catalog import measure
from jaxlint.catalog.linen_types import Condition
from jaxlint.catalog.measure.compare import Result
from jaxlint.catalog.measure.layers import LayerDisagreement, check_layers, declared, examples
from jaxlint.catalog.measure.report import show

EVERY = examples()


def test_every_layer_has_an_example() -> None:
    layers = {
        symbol.name
        for symbol in catalog.linen_symbols()
        if symbol.kind == "module" and not symbol.abstract
    }
    assert {example.layer for example in EVERY} == layers


def test_the_examples_show_each_condition_both_ways() -> None:
    for symbol in catalog.linen_symbols():
        shown = [declared(e) for e in EVERY if e.layer == symbol.name and not e.inner]
        for part in (*symbol.collections, *symbol.streams):
            for fact, condition in vars(part).items():
                if not isinstance(condition, Condition) or condition.always or not shown:
                    continue
                facts = [each["streams" if fact == "when" else fact] for each in shown]
                assert {part.name in names for names in facts} == {True, False}, symbol.name


def test_the_layers_do_what_the_data_says() -> None:
    for name in ("jax", "flax"):
        pytest.importorskip(name)
    assert [str(each) for each in check_layers(EVERY)] == []


def test_what_differs_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("flax")
    example = next(e for e in EVERY if e.layer == "flax.linen.Dropout")
    from jaxlint.catalog.measure import layers

    monkeypatch.setattr(
        layers, "declared", lambda example: {**declared(example), "streams": ["noise"]}
    )
    (wrong,) = check_layers([example])
    assert (wrong.fact, wrong.data, wrong.measured) == ("streams", ["noise"], ["dropout"])
    result = Result(0, (), (), {"jax": "1"}, {"jax": "1"}, 3, (wrong,))
    show(result, "table", sys.stdout)
    assert capsys.readouterr().out == (
        "flax.linen.Dropout(rate=0.5, deterministic=False): streams dropout, "
        "and the data says noise\n"
        "0 of 0 hazards differ from the data (jax 1).\n1 of 3 layers differ from the data.\n"
    )


def test_a_sample_has_some_layers_and_a_question_about_transforms_none() -> None:
    options: Any = measure._parser().parse_args(["--sample", "8"])
    if measure.find_spec("flax") is None:
        pytest.skip("needs flax")
    assert len(measure._layers(options)) == 2
    assert measure._layers(measure._parser().parse_args(["jax.vmap"])) == []
    assert measure._layers(measure._parser().parse_args([])) == EVERY
    assert str(LayerDisagreement("a", "a()", "writes", [], ["b"])) == (
        "a(): writes b, and the data says nothing"
    )
