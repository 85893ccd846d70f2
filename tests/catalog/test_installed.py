"""The data against the installed jax and haiku: names, signatures, defaults, public methods."""

from __future__ import annotations

import importlib
import inspect
import warnings
from functools import cache
from typing import Any

import pytest

from jaxlint import catalog

hk = pytest.importorskip("haiku")
pytest.importorskip("jax")

MISSING = object()
OURS = [
    each
    for each in catalog.transforms()
    if each.name.startswith("jax.") and "jax2tf" not in each.name  # which needs TensorFlow
]
HERE = [each for each in OURS if not each.removed]
SYMBOLS = list(catalog.symbols())
MODULES = [each for each in SYMBOLS if each.kind == "module" and not each.removed]

FUNCTIONS = {"haiku.deep_rnn_with_skip_connections"}
"""Modules that a function makes."""


@cache
def find(name: str) -> Any:
    """The object that `name` spells, or MISSING. A module is imported where no attribute is."""
    first, *rest = name.split(".")
    found: Any = importlib.import_module(first)
    path = first
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in rest:
            path = f"{path}.{part}"
            if not hasattr(found, part):
                try:
                    found = importlib.import_module(path)
                except ImportError:
                    return MISSING
                continue
            found = getattr(found, part)
    return found


def parameters(callable_: Any) -> dict[str, inspect.Parameter]:
    """Its parameters by name, `self` left out."""
    found = dict(inspect.signature(callable_).parameters)
    found.pop("self", None)
    return found


def spelled(callable_: Any) -> list[str]:
    """Its parameters as the data spells them."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [stars.get(p.kind, "") + name for name, p in parameters(callable_).items()]


@pytest.mark.parametrize("entry", [*OURS, *SYMBOLS], ids=lambda each: each.name)
def test_a_name_is_there_unless_it_is_marked_as_gone(
    entry: catalog.Transform | catalog.Symbol,
) -> None:
    gone = entry.gone if isinstance(entry, catalog.Transform) else {}
    assert (find(entry.name) is MISSING) == (entry.removed is not None)
    for alias in entry.aliases:
        assert (find(alias) is MISSING) == (alias in gone), alias


@pytest.mark.parametrize(
    "transform",
    [each for each in HERE if each.form in ("wrap", "call")],
    ids=lambda each: each.name,
)
def test_the_callables_are_where_the_data_says(transform: catalog.Transform) -> None:
    found = parameters(find(transform.name))
    for slot in transform.callables:
        if slot.keyword is None:
            continue
        if slot.keyword == "**":
            assert any(p.kind is p.VAR_KEYWORD for p in found.values())
            continue
        parameter = found[slot.keyword]
        if slot.position is None:
            assert parameter.kind is parameter.KEYWORD_ONLY or slot.optional
        else:
            assert list(found)[slot.position] == slot.keyword
    for argument in transform.statics:
        assert argument in found
    first = transform.callables[0]
    if first.keyword in found:
        without = found[first.keyword].default is not inspect.Parameter.empty
        assert transform.factory == (without and transform.form == "wrap")


@pytest.mark.parametrize(
    "transform", [each for each in HERE if each.form == "call"], ids=lambda each: each.name
)
def test_what_is_passed_on_is_an_argument(transform: catalog.Transform) -> None:
    found = parameters(find(transform.name))
    for slot in transform.callables:
        for each in slot.passes:
            if each.keyword is None or each.keyword == "operand":
                continue
            assert each.keyword in found
            if each.position is not None:
                assert list(found)[each.position] == each.keyword


@pytest.mark.parametrize("symbol", MODULES, ids=lambda each: each.name)
def test_a_module_has_the_signatures_of_the_data(symbol: catalog.Symbol) -> None:
    found = find(symbol.name)
    if symbol.name in FUNCTIONS:
        assert spelled(found) == list(symbol.constructor)
        return
    assert spelled(found.__init__) == list(symbol.constructor)
    if symbol.call:
        assert spelled(found.__call__) == list(symbol.call)
    for effect in symbol.effects:
        if effect.when is None:
            continue
        owner = found.__call__ if effect.argument == "call" else found.__init__
        default = parameters(owner)[effect.when].default
        assert effect.has_default == (default is not inspect.Parameter.empty)
        assert not effect.has_default or effect.default == default


@pytest.mark.parametrize(
    "symbol",
    [each for each in MODULES if each.name not in FUNCTIONS | {"haiku.Module"}],
    ids=lambda each: each.name,
)
def test_a_module_has_the_public_methods_of_the_data(symbol: catalog.Symbol) -> None:
    found = find(symbol.name)
    own = {
        name
        for name in set(dir(found)) - set(dir(hk.Module))
        if not name.startswith("_") and not inspect.isclass(getattr(found, name))
    }
    own.discard("CONFIGS")
    assert own == {*symbol.methods, *symbol.properties}
    for name in symbol.properties:
        assert isinstance(getattr(found, name), property)


@pytest.mark.parametrize(
    "symbol",
    [each for each in SYMBOLS if each.arguments and not each.removed],
    ids=lambda each: each.name,
)
def test_a_function_has_the_arguments_of_the_data(symbol: catalog.Symbol) -> None:
    found = find(symbol.name)
    assert spelled(found) == list(symbol.arguments)
    for slot in symbol.callables:
        if slot.keyword in symbol.arguments and slot.position is not None:
            assert symbol.arguments[slot.position] == slot.keyword


def test_every_public_name_of_haiku_is_known() -> None:
    modules = (
        "haiku", "haiku.nets", "haiku.initializers", "haiku.pad", "haiku.testing", "haiku.config",
        "haiku.data_structures", "haiku.mixed_precision", "haiku.typing", "haiku.experimental",
        "haiku.experimental.jaxpr_info",
    )  # fmt: skip
    unknown = [
        f"{module}.{name}"
        for module in modules
        for name, value in vars(importlib.import_module(module)).items()
        if not name.startswith("_") and not inspect.ismodule(value)
        if catalog.symbol(f"{module}.{name}") is None
    ]
    assert not unknown
