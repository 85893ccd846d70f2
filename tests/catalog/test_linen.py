"""The Linen data: by itself, and against the installed flax (names, fields, signatures)."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Mapping
from typing import Any

import pytest

from jaxlint import catalog
from jaxlint.catalog.linen_parse import parse_condition, parse_parameters
from jaxlint.catalog.linen_types import UNKNOWN, Condition, LinenSymbol, Parameter

SYMBOLS = list(catalog.linen_symbols())
MODULES = [each for each in SYMBOLS if each.kind == "module"]
KINDS = {
    "module", "transform", "root", "decorator", "wrapper", "context", "config", "initializer",
    "pure", "data", "train-state",
}  # fmt: skip
EFFECTS = {"param", "variable", "variable-get", "variable-write", "rng", "sow", "perturb"}

HAZARD = re.compile(
    r"ok|tolerated|silent|leak|leak-at-call|leak-under-jit|error(-under-jit)?:[A-Z]\w+"
)
UNDOCUMENTED = {"shared_weights"}
"""Public by name, but no part of the interface."""


def called(symbol: str) -> LinenSymbol:
    """The Linen symbol of that public name."""
    found = catalog.linen(f"flax.linen.{symbol}")
    assert found is not None
    return found


def installed(name: str) -> Any:
    """The object that a dotted name spells in the installed flax."""
    linen = pytest.importorskip("flax.linen")
    assert linen is not None
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


def conditions(symbol: LinenSymbol) -> list[Condition]:
    """Every condition in an entry."""
    found = [stream.when for stream in symbol.streams]
    for each in symbol.collections:
        found += [c for c in (each.creates, each.reads, each.writes, each.sows) if c is not None]
    return found + [c for c in (symbol.required_when, symbol.tuple_when) if c is not None]


# --- the data by itself


@pytest.mark.parametrize("symbol", SYMBOLS, ids=lambda each: each.name)
def test_a_symbol_uses_the_words_of_the_catalog(symbol: LinenSymbol) -> None:
    assert symbol.kind in KINDS
    names = {each.name for each in (*symbol.fields, *symbol.call)}
    for condition in conditions(symbol):
        assert {term.name for terms in condition.alternatives for term in terms} <= names
    assert {*symbol.contains, *symbol.required, *symbol.scans.values()} <= names | {"inputs"}
    fields = {each.name for each in symbol.fields}
    for part in (*symbol.collections, *symbol.streams):
        assert part.field is None or part.field in fields
    arguments = [each.name for each in symbol.arguments]
    assert {*symbol.roles.values()} <= set(arguments)
    assert symbol.module is None or symbol.module in arguments
    for slot in symbol.callables:
        assert slot.position is not None and arguments[slot.position] == slot.keyword
    for method in symbol.methods.values():
        assert (method.kind == "effect") == (method.effect in EFFECTS)
    if symbol.lifts is not None:
        assert catalog.transform(symbol.lifts) is not None


def test_every_replacement_of_a_transform_is_a_linen_transform_that_lifts_it() -> None:
    for transform in catalog.transforms():
        name = transform.replacement.get("linen")
        if name is None:
            continue
        lifted = called(name.removeprefix("nn."))
        assert lifted.kind == "transform"
        loops = {"jax.lax.map", "jax.lax.fori_loop"}
        assert lifted.lifts == ("jax.lax.scan" if transform.name in loops else transform.name)


def test_every_spelling_gives_the_same_object() -> None:
    owner: dict[str, str] = {}
    for symbol in SYMBOLS:
        for name in (symbol.name, *symbol.aliases):
            assert owner.setdefault(name, symbol.name) == symbol.name
            assert catalog.linen(name) is symbol
    assert catalog.resolve("flax.linen.linear.Dense") == "flax.linen.Dense"
    assert catalog.resolve("flax.linen.Dense.apply") == "flax.linen.Dense.apply"
    assert catalog.resolve("flax.linen.Module.apply") == "flax.linen.Module.apply"
    assert catalog.linen("haiku.Linear") is None
    assert catalog.linen("flax.linen.NoSuchThing") is None
    assert ("Dense", "flax.linen.Dense") in set(catalog.members("flax.linen"))


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        (True, {}, True),
        ("decode", {"decode": False}, False),
        ("not decode", {"decode": None}, True),
        ("rate and not deterministic", {"rate": 0.5, "deterministic": UNKNOWN}, None),
        ("rate and not deterministic", {"rate": 0.0, "deterministic": UNKNOWN}, False),
        ("rate != 1", {"rate": 1.0}, False),
        ("rate != 1", {"rate": UNKNOWN}, None),
        (["a", "b"], {"a": UNKNOWN, "b": True}, True),
        (["a", "b"], {"a": UNKNOWN, "b": False}, None),
        (["a", "b"], {"a": False, "b": False}, False),
    ],
)
def test_a_condition_is_three_valued(text: Any, values: dict[str, Any], expected: Any) -> None:
    condition = parse_condition(text)
    assert condition.holds(values.__getitem__) is expected
    assert condition.always == (text is True)


@pytest.mark.parametrize("data", [False, "", [], [True], None, 3])
def test_what_is_no_condition_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="not a condition"):
        parse_condition(data)


def test_a_signature_is_taken_apart() -> None:
    found = parse_parameters(["a", "b=...", "c={'params': False}", "*rest", "d=None", "**more"])
    assert [(p.name, p.kind) for p in found] == [
        ("a", "positional"), ("b", "positional"), ("c", "positional"),
        ("rest", "*"), ("d", "keyword"), ("more", "**"),
    ]  # fmt: skip
    assert [p.has_default for p in found] == [False, True, True, False, True, False]
    assert [p.constant for p in found] == [False, False, True, False, True, False]
    assert found[2].default == {"params": False}


def test_what_a_call_is_given_and_where() -> None:
    loop = called("while_loop")
    assert loop.roles["variable_carry"] == "carry_variables"
    assert loop.position("init") == 3
    assert called("cond").position("rngs") is None
    assert called("vmap").position("no such argument") is None


def test_hazards_are_words_of_the_catalog() -> None:
    tables = catalog.read("hazards_linen.json")
    for name, table in tables.items():
        transform = catalog.transform(name)
        assert transform is not None and transform.name == name
        if set(table) == {"like"}:
            other = tables[table["like"]]
            assert "like" not in other
            assert catalog.hazards(name, library="linen") == next(iter(other.values()))
            continue
        assert set(table) <= {slot.keyword for slot in transform.slots} or not transform.slots
        for slot, rows in table.items():
            for effect, row in rows.items():
                assert set(row) == {"init", "apply"}, (name, slot, effect)
                assert all(HAZARD.fullmatch(word) for word in row.values()), (name, slot, effect)
    assert catalog.hazard("jax.vmap", "rng", "apply", library="linen") == "silent"
    assert catalog.hazard("jax.jit", "submodule-call", "init", library="linen") == "leak"
    assert catalog.hazard("jax.tree.map", "submodule-call", "init", library="linen") == "ok"


# --- the data against the installed flax


def test_every_public_name_is_known() -> None:
    linen = pytest.importorskip("flax.linen")
    names = {
        f"flax.linen.{name}"
        for name, value in vars(linen).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert {name for name in names if catalog.linen(name) is None} == set()
    lead = "flax.linen."
    ours = {name for name in (each.name for each in SYMBOLS) if name.startswith(lead)}
    assert {name for name in ours - names if "." not in name[len(lead) :]} == set()


@pytest.mark.parametrize("symbol", SYMBOLS, ids=lambda each: each.name)
def test_every_spelling_is_the_installed_object(symbol: LinenSymbol) -> None:
    found = installed(symbol.name)
    for alias in symbol.aliases:
        assert installed(alias) is found, alias


def literal(value: Any) -> bool:
    """Whether the data spells this default."""
    if isinstance(value, Mapping):
        return all(literal(each) for pair in value.items() for each in pair)
    if isinstance(value, (tuple, list)):
        return all(literal(each) for each in value)
    return value is None or isinstance(value, (bool, int, float, str))


def agree(ours: tuple[Parameter, ...], theirs: list[inspect.Parameter]) -> None:
    """Assert that two signatures have the same arguments with the same defaults."""
    kinds = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
        inspect.Parameter.KEYWORD_ONLY: "keyword",
    }
    assert [(p.name, p.kind) for p in ours] == [
        (p.name, kinds.get(p.kind, "positional")) for p in theirs
    ]
    for mine, other in zip(ours, theirs, strict=True):
        has = other.default is not inspect.Parameter.empty
        assert mine.has_default == has, mine.name
        assert mine.constant == (has and literal(other.default)), mine.name
        if mine.constant:
            default = other.default
            plain = dict(default) if isinstance(default, Mapping) else default
            assert mine.default == plain, mine.name


def arguments(function: Any) -> list[inspect.Parameter]:
    """The parameters of a function or method, without `self`."""
    return [p for n, p in inspect.signature(function).parameters.items() if n != "self"]


@pytest.mark.parametrize(
    "symbol",
    [each for each in MODULES if not each.abstract],
    ids=lambda each: each.name,
)
def test_a_module_has_the_fields_and_signatures_of_the_data(symbol: LinenSymbol) -> None:
    found = installed(symbol.name)
    made = [p for p in arguments(found.__init__) if p.name not in ("parent", "name")]
    fields = {field.name: field for field in dataclasses.fields(found)}
    for place, each in enumerate(made):
        factory = fields[each.name].default_factory
        if factory is not dataclasses.MISSING:
            made[place] = each.replace(default=factory())
    agree(symbol.fields, made)
    agree(symbol.call, arguments(found.__call__))


@pytest.mark.parametrize(
    "symbol", [each for each in SYMBOLS if each.arguments], ids=lambda each: each.name
)
def test_a_function_has_the_arguments_of_the_data(symbol: LinenSymbol) -> None:
    agree(symbol.arguments, arguments(installed(symbol.name)))


@pytest.mark.parametrize(
    "symbol", [each for each in SYMBOLS if each.methods], ids=lambda each: each.name
)
def test_a_method_has_the_arguments_of_the_data(symbol: LinenSymbol) -> None:
    found = installed(symbol.name)
    for method in symbol.methods.values():
        agree(method.arguments, arguments(getattr(found, method.name)))


@pytest.mark.parametrize("symbol", MODULES, ids=lambda each: each.name)
def test_a_module_has_the_public_methods_of_the_data(symbol: LinenSymbol) -> None:
    found = installed(symbol.name)
    base = installed("flax.linen.Module")
    inherited = set() if found is base else {*dir(base), "name", "parent", "scope"}
    fields = {each.name for each in symbol.fields}
    own = {n for n in set(dir(found)) - inherited - fields if not n.startswith("_")}
    assert own - UNDOCUMENTED - {*symbol.properties} == {*symbol.methods}
