"""The effects that the data gives each module, against the module itself, run."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jaxlint import catalog

hk = pytest.importorskip("haiku")
jax = pytest.importorskip("jax")
jnp = pytest.importorskip("jax.numpy")

EXAMPLES: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("modules.json").read_text(encoding="utf-8")
)
CASES = [(name, example) for name, examples in EXAMPLES.items() for example in examples]
DEEP = {"ResNet50", "ResNet101", "ResNet152", "ResNet200"}
"""ResNet34 in all but the number of layers; too slow to trace."""

KEY = jax.random.PRNGKey(0)

NAMES: dict[str, Any] = {
    "hk": hk,
    "jax": jax,
    "jnp": jnp,
    "x": jnp.ones((2, 3)),
    "image": lambda dimensions: jnp.ones((1, *(4,) * dimensions, 2)),
}


def values(texts: dict[str, str], **more: Any) -> dict[str, Any]:
    """The expressions of an example, evaluated."""
    return {key: eval(text, {**NAMES, **more}) for key, text in texts.items()}


def build(name: str) -> Any:
    """The class (or factory) that `name` spells."""
    found = hk
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def observed(name: str, example: dict[str, Any]) -> set[str]:
    """The effects that show when the example is traced (so that nothing is compiled)."""
    seen: set[str] = set()

    def program(texts: dict[str, str]) -> Any:
        module = build(name)(**values(example["constructor"]))
        return module(**values(texts, core=module))

    def reading(next_getter: Any, value: Any, context: Any) -> Any:
        seen.add("state-read")
        return next_getter(value)

    def writing(next_setter: Any, value: Any, context: Any) -> Any:
        seen.add("state-write")
        return next_setter(value)

    def watched() -> Any:
        with hk.custom_getter(reading, params=False, state=True), hk.custom_setter(writing):
            return program(example["call"])

    first = hk.transform_with_state(lambda: program(example.get("init", example["call"])))
    params, state = jax.eval_shape(first.init, KEY)
    made = {"param"} if params else set()
    if state:
        made.add("state-create")
    seen.clear()
    later = hk.transform_with_state(watched)
    if needs_key(lambda: jax.eval_shape(later.apply, params, state, None)):
        return made | {"rng"}
    if needs_key(lambda: jax.eval_shape(first.init, None)):
        made.add("rng-at-init")
    return made | seen


def needs_key(run: Callable[[], Any]) -> bool:
    """Whether `run` fails for want of a key."""
    try:
        run()
    except ValueError as error:
        if type(error).__name__ != "MissingRNGError":
            raise
        return True
    return False


def declared(symbol: catalog.Symbol, example: dict[str, Any]) -> set[str]:
    """The effects that the data says the example has."""
    found = set()
    for effect in symbol.effects:
        call = example.get("init", example["call"]) if "create" in effect.kind else example["call"]
        if effect.when is not None:
            texts = example["constructor"] if effect.argument == "constructor" else call
            decides = eval(texts[effect.when], NAMES) if effect.when in texts else effect.default
            if (decides is not None and decides is not False) == effect.negated:
                continue
        if effect.also is not None and example["constructor"].get(effect.also) == "False":
            continue
        found.add(effect.kind)
    return found


@pytest.mark.parametrize(("name", "example"), CASES, ids=[name for name, _ in CASES])
def test_a_module_has_the_effects_of_the_data(name: str, example: dict[str, Any]) -> None:
    symbol = catalog.symbol(name)
    assert symbol is not None
    assert observed(name, example) == declared(symbol, example)
    called = inspect.signature(build(name).__call__) if inspect.isclass(build(name)) else None
    assert called is None or set(example["call"]) <= set(called.parameters)


def test_every_module_has_an_example() -> None:
    shown = set(EXAMPLES) | {f"haiku.nets.{name}" for name in DEEP}
    modules = {
        symbol.name
        for symbol in catalog.symbols()
        if symbol.kind == "module" and not symbol.abstract and not symbol.removed
    }
    assert modules == shown


def makes_its_own(name: str) -> bool:
    """Whether what the module holds is not given to it."""
    symbol = catalog.symbol(name)
    return symbol is not None and symbol.kind == "module" and not symbol.contains


@pytest.mark.parametrize("name", list(filter(makes_its_own, EXAMPLES)))
def test_modules_that_have_inner_ones_are_known(name: str) -> None:
    symbol, example = catalog.symbol(name), EXAMPLES[name][0]
    assert symbol is not None

    def program() -> Any:
        module = build(name)(**values(example["constructor"]))
        return module(**values(example.get("init", example["call"]), core=module))

    params, _ = jax.eval_shape(hk.transform_with_state(program).init, KEY)
    inner = bool(params) and all("/" in owner for owner in params)
    assert inner is symbol.traits.get("nested", False)
