"""The data files by themselves: well formed, complete, and in step with one another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jaxlint import catalog
from jaxlint.catalog.layout import WIDTH, dumps
from jaxlint.catalog.parse import parse_pass

FILES = sorted(path.name for path in Path(catalog.DATA).glob("*.json"))
GROUPS = {
    "stage", "loop", "map", "stage-map", "ad", "custom", "solver", "inline", "host",
}  # fmt: skip
FORMS = {"wrap", "call", "context", "partial", "factory"}
KINDS = {
    "module", "effect", "lifted", "root", "root-adapter", "lift", "flax-lift", "wrapper", "inline",
    "context", "guard", "initializer", "decorator", "pure", "data", "config", "rng-sequence",
}  # fmt: skip
EFFECTS = {
    "param", "rng", "rng-at-init", "rng-reserve", "rng-replace",
    "state-create", "state-read", "state-write",
}  # fmt: skip
HAZARD = re.compile(
    r"ok|tolerated|silent|leak|leak-at-call|leak-under-jit|error(-under-jit)?:[A-Z]\w+"
)
TRANSFORMS = list(catalog.transforms())
SYMBOLS = list(catalog.symbols())
LEAKS_AT_INIT = {"leak", "leak-at-call"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_laid_out_as_the_tools_write_it(name: str) -> None:
    text = (Path(catalog.DATA) / name).read_text(encoding="utf-8")
    assert text == dumps(catalog.read(name))


def test_the_layout_keeps_short_values_on_a_line_and_opens_long_ones() -> None:
    long = list(range(100, 100 + WIDTH // 4))
    assert dumps({"short": [1, 2], "long": {"deep": long}}).splitlines()[:4] == [
        "{",
        '  "short": [1, 2],',
        '  "long": {',
        '    "deep": [',
    ]


def test_no_spelling_has_two_owners() -> None:
    owner: dict[str, str] = {}
    for entry in (*TRANSFORMS, *SYMBOLS):
        for name in (entry.name, *entry.aliases):
            assert name not in owner, f"{name} is both {owner[name]} and {entry.name}"
            owner[name] = entry.name


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda each: each.name)
def test_a_transform_uses_the_words_of_the_catalog(transform: catalog.Transform) -> None:
    assert transform.group in GROUPS
    assert transform.form in FORMS
    assert {slot.group for slot in transform.slots} <= GROUPS
    assert transform.callables or transform.form == "context"
    assert set(transform.gone) <= set(transform.aliases)
    for slot in transform.slots:
        assert slot.position is not None or slot.keyword is not None or slot.optional
    if transform.form == "call":
        assert all(slot.passes for slot in transform.slots)


@pytest.mark.parametrize("symbol", SYMBOLS, ids=lambda each: each.name)
def test_a_symbol_uses_the_words_of_the_catalog(symbol: catalog.Symbol) -> None:
    assert symbol.kind in KINDS
    kinds = {effect.kind for effect in symbol.effects}
    kinds.update(*symbol.methods.values(), *symbol.properties.values())
    assert kinds <= EFFECTS
    assert set(symbol.initializers) <= set(symbol.constructor)
    assert set(symbol.contains) <= set(symbol.constructor)
    for effect in symbol.effects:
        if symbol.kind == "module" and effect.when is not None:
            assert effect.argument in ("constructor", "call")
            names = symbol.call if effect.argument == "call" else symbol.constructor
            assert effect.when in names
            assert effect.also is None or effect.also in symbol.constructor


def test_what_a_lifted_symbol_lifts_and_what_replaces_a_transform_are_known() -> None:
    for symbol in SYMBOLS:
        if symbol.kind == "lifted":
            assert symbol.lifts is not None
            assert catalog.transform(symbol.lifts) is not None, symbol.name
    for transform in TRANSFORMS:
        name = transform.replacement.get("haiku")
        if name is not None:
            lifted = catalog.symbol(name.replace("hk.", "haiku."))
            assert lifted is not None and lifted.lifts == transform.name


def test_every_transform_is_measured_or_like_one_that_is() -> None:
    for transform in TRANSFORMS:
        target = transform.like or transform.name
        assert catalog.hazards(target), f"no hazards for {transform.name}"
        assert catalog.read("examples.json").get(target), f"no example of {target}"
        assert transform.like is None or transform.name not in catalog.read("hazards_haiku.json")


def test_every_callable_that_is_measured_has_an_example_and_the_reverse() -> None:
    measured = {
        (name, slot)
        for name, tables in catalog.read("hazards_haiku.json").items()
        for slot in tables
    }
    shown = {
        (name, slot)
        for name, texts in catalog.read("examples.json").items()
        for slot in texts
        if slot != "with"
    }
    assert measured == shown
    for name, slot in shown:
        transform = catalog.transform(name)
        assert transform is not None
        assert slot in {each.keyword for each in transform.slots} or not transform.slots


def test_hazards_are_words_of_the_catalog() -> None:
    for name, tables in catalog.read("hazards_haiku.json").items():
        for slot, table in tables.items():
            for effect, row in table.items():
                assert set(row) == {"init", "apply"}, (name, slot, effect)
                assert all(HAZARD.fullmatch(word) for word in row.values()), (name, slot, effect)


@pytest.mark.parametrize(
    "transform",
    [each for each in TRANSFORMS if "param-create" in each.hazards.get("haiku", {})],
    ids=lambda each: each.name,
)
def test_staging_is_what_the_measurement_says(transform: catalog.Transform) -> None:
    created = transform.hazards["haiku"]["param-create"]["init"]
    assert transform.staging == (created in LEAKS_AT_INIT)


@pytest.mark.parametrize("text", ["", "3.", "row:", "@2", "init@1@2", "...", "a b@1"])
def test_what_is_no_pass_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a pass"):
        parse_pass(text)


def test_a_pass_is_taken_apart() -> None:
    whole = parse_pass("row:xs@1...")
    assert (whole.keyword, whole.position, whole.row, whole.rest) == ("xs", 1, True, True)
    assert parse_pass("primals@1*").elements
    assert parse_pass("operand@").position is None
    assert parse_pass("**").keywords
    assert parse_pass("traced...").traced and parse_pass("traced...").rest
