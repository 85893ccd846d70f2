"""Names that are gone: really gone from what is installed, and their successors really there."""

from __future__ import annotations

import importlib
import re
import warnings
from functools import cache
from typing import Any

import pytest

from jaxlint import catalog
from jaxlint.analysis.prelinen import table
from jaxlint.catalog.removed import Removed, removed, removed_prefix, removed_words

NAMES = list(catalog.read("removed.json"))
ENTRIES = [entry for entry in map(removed, NAMES) if entry is not None]
VERSION = re.compile(r"(jax|flax|dm-haiku|optax) \d+(\.\d+)+")
FOREIGN = ("functools.partial",)


def successors(entry: Removed) -> list[str]:
    """The names of the libraries that an entry points to."""
    words = re.findall(r"\b(?:jax|flax|haiku|optax)(?:\.\w+)+", entry.hint or "")
    return [*words, *([entry.use] if entry.use else [])]


# --- the table by itself


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.name)
def test_an_entry_is_well_formed(entry: Removed) -> None:
    assert entry.code in ("JAX901", "JAX904")
    assert not (entry.gone_in and entry.gone_by)
    for version in (entry.gone_in, entry.gone_by, entry.last_in):
        assert version is None or VERSION.fullmatch(version)
    assert (entry.last_in is None) == (entry.gone_in is None and entry.gone_by is None)
    assert entry.use is not None or not entry.same
    assert entry.module or not entry.remains
    assert entry.since
    above = entry.name.rpartition(".")[0]
    assert removed_prefix(above) is None, "the module above it is an entry already"


def test_a_name_is_found_by_itself_and_by_what_is_above_it() -> None:
    assert removed("jax.tree_map") is not None
    assert removed("jax.tree.map") is None
    above = removed_prefix("jax.experimental.maps.xmap")
    assert above is not None and above.name == "jax.experimental.maps"
    assert removed_prefix("jax.numpy.sin") is None
    assert removed_words()["tree_map"] == {"jax"}


def test_the_clauses_say_what_is_known() -> None:
    assert Removed("jax.a", gone_in="jax 0.6.0").since == "gone since jax 0.6.0"
    assert Removed("jax.a", gone_by="jax 0.3.1").since == "gone from jax 0.3.1 at the latest"
    assert Removed("haiku.a").since == "no name of haiku"
    assert Removed("jax.a", use="jax.b").advice == "jax.b"
    assert Removed("jax.a").advice == ""


# --- the table against the installed packages


@cache
def find(name: str) -> Any:
    """The object that a dotted name spells, or the exception that says that it does not."""
    first, *rest = name.split(".")
    try:
        found: Any = importlib.import_module(first)
    except ImportError:
        pytest.skip(f"{first} is not installed")
    path = first
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in rest:
            path += f".{part}"
            try:
                found = getattr(found, part)
            except AttributeError as error:
                try:
                    found = importlib.import_module(path)
                except ImportError:
                    return error
    return found


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.name)
def test_a_name_is_gone_and_python_says_so_as_declared(entry: Removed) -> None:
    module, _, last = entry.name.rpartition(".")
    owner = find(module)
    assert not isinstance(owner, Exception)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not entry.remains:
            with pytest.raises(AttributeError):
                getattr(owner, last)
            with pytest.raises(ImportError):
                exec(f"from {module} import {last}", {})
        if entry.module:
            with pytest.raises(ModuleNotFoundError):
                exec(f"import {entry.name}", {})


@pytest.mark.parametrize(
    "entry", [each for each in ENTRIES if successors(each)], ids=lambda each: each.name
)
def test_a_successor_is_there(entry: Removed) -> None:
    for name in successors(entry):
        if name not in FOREIGN:
            assert not isinstance(find(name), Exception), name


# --- the idioms from before Linen against the installed flax


def test_the_functions_of_the_old_nn_are_refused() -> None:
    linen = pytest.importorskip("flax.linen")
    for name, entry in table()["functions"].items():
        if entry.get("called"):
            with pytest.raises(TypeError, match="not callable"):
                getattr(linen, name)()
            assert entry["error"] == "TypeError"
        else:
            with pytest.raises(AttributeError):
                getattr(linen, name)
            assert entry["error"] == "AttributeError"


def test_the_methods_of_the_old_modules_are_gone() -> None:
    nn = pytest.importorskip("flax.linen")
    for name, entry in table()["class_methods"].items():
        assert not hasattr(nn.Dense, name) and entry["error"] == "AttributeError"
    for name, entry in table()["self_methods"].items():
        with pytest.raises(AttributeError):
            getattr(nn.Dense(2), name)
        assert entry["error"] == "AttributeError"


def test_a_plain_dict_refuses_what_frozen_dicts_did() -> None:
    core = pytest.importorskip("flax.core")
    plain = {"params": {"a": 1, "b": 2, "c": 3}}
    calls = {
        "unfreeze": lambda: plain.unfreeze(),  # type: ignore[attr-defined]
        "pretty_repr": lambda: plain.pretty_repr(),  # type: ignore[attr-defined]
        "copy": lambda: plain.copy({"d": 4}),  # type: ignore[call-arg]
        "pop": lambda: _pair({**plain}.pop("params")),
    }
    for name, entry in table()["frozen_methods"].items():
        with pytest.raises((AttributeError, TypeError, ValueError)) as caught:
            calls[name]()
        assert caught.type.__name__ == entry["error"]
        assert entry["use"] == f"flax.core.{name}" and callable(getattr(core, name))
    rest, params = core.pop(plain, "params")
    assert (rest, params) == ({}, plain["params"])


def _pair(value: Any) -> Any:
    first, second = value
    return first, second
