"""Every Haiku module of the catalog under a raw loop, as its examples build and call it."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from snippets import Files

from jaxlint import catalog

EXAMPLES: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "catalog" / "modules.json").read_text(encoding="utf-8")
)
"""By module: the constructor's and the call's arguments, which other tests run on Haiku."""
CASES = [
    (name, example)
    for name, examples in EXAMPLES.items()
    for example in examples
    if catalog.symbol(name).kind == "module"  # type: ignore[union-attr]
]
IDS = [f"{name}-{number}" for number, (name, _) in enumerate(CASES)]

TEMPLATE = """\
import haiku as hk
import jax
import jax.numpy as jnp


def image(dimensions):
    return jnp.ones((1, *(4,) * dimensions, 2))


def net(x):
    {outside}
    return jax.lax.map(lambda x: {inside}, x)


model = hk.transform_with_state(net)
"""


def arguments(texts: dict[str, str]) -> str:
    return ", ".join(
        text if key.startswith("*") else f"{key}={text}" for key, text in texts.items()
    )


def truth(text: str) -> bool:
    """Whether an argument of an example is given and on. What is no constant is an object."""
    try:
        value = ast.literal_eval(text)
    except ValueError:
        return True
    return value is not None and value is not False


def effects(symbol: catalog.Symbol, example: dict[str, Any]) -> set[str]:
    """What the catalog says that this example does, when it is called."""
    found = set()
    for effect in symbol.effects:
        given = example["constructor" if effect.argument == "constructor" else "call"]
        if effect.when is not None:
            decides = (
                truth(given[effect.when])
                if effect.when in given
                else effect.default is not None and effect.default is not False
            )
            if decides == effect.negated:
                continue
        if effect.also is not None and not truth(example["constructor"].get(effect.also, "True")):
            continue
        found.add(effect.kind)
    return found


@pytest.mark.parametrize(("name", "example"), CASES, ids=IDS)
def test_a_module_is_flagged_in_a_loop_if_it_has_effects(
    name: str, example: dict[str, Any], empty: Files
) -> None:
    symbol = catalog.symbol(name)
    assert symbol is not None
    built = f"{name.replace('haiku.', 'hk.', 1)}({arguments(example['constructor'])})"
    called = f"core({arguments(example['call'])})"
    lines = {
        "built outside": TEMPLATE.format(outside=f"core = {built}", inside=called),
        "built inside": TEMPLATE.format(outside="pass", inside=f"(core := {built}) and {called}"),
    }
    expected = effects(symbol, example)
    for place, source in lines.items():
        findings = empty.check(source=source).findings
        assert {f.code for f in findings} <= {"JAX101", "JAX102", "JAX103"}
        assert bool(findings) == bool(expected), (place, expected)
        if expected & {"param", "state-create", "state-write"}:
            assert [(f.code, f.hazard.value) for f in findings] == [("JAX101", "leak")], place


def test_there_are_modules_of_both_kinds() -> None:
    silent = {
        name
        for name, each in CASES
        if not effects(catalog.symbol(name), each)  # type: ignore[arg-type]
    }
    assert {"haiku.AvgPool", "haiku.Flatten", "haiku.Reshape"} <= silent
    assert len(silent) < len(CASES) / 4


def certain(symbol: catalog.Symbol) -> bool:
    """Whether a call has an effect, whatever its arguments."""
    return any(effect.when is None and effect.also is None for effect in symbol.effects)


MODULES = [
    symbol
    for symbol in catalog.symbols()
    if symbol.kind == "module" and not symbol.abstract
    if certain(symbol) or not (symbol.effects or symbol.contains)
]


@pytest.mark.parametrize("symbol", MODULES, ids=lambda each: each.name)
def test_a_module_with_unknown_arguments_is_flagged_if_it_has_effects(
    symbol: catalog.Symbol, empty: Files
) -> None:
    spelled = symbol.name.replace("haiku.", "hk.", 1)
    outside = f"core = {spelled}({', '.join(['x'] * len(symbol.constructor[:2]))})"
    source = TEMPLATE.format(outside=outside, inside="core(x)")
    expected = ["JAX101"] if symbol.effects else []
    assert [f.code for f in empty.check(source=source).findings] == expected
    handed = source.replace("lambda x: core(x)", "core")
    assert [f.code for f in empty.check(source=handed).findings] == expected
