"""The abstract values: unions, derived values, the order of a class's bases."""

from __future__ import annotations

import ast

import pytest

from jaxlint.analysis.values import (
    ARRAY,
    FALSE,
    KEY,
    NONE,
    TRACED,
    TRACED_ARRAY,
    TRUE,
    UNKNOWN,
    Class,
    Const,
    Mapping,
    OneOf,
    Sequence,
    Symbol,
    Unknown,
    Value,
    derived,
    options,
    union,
)

RELU, TANH = Symbol("jax.nn.relu"), Symbol("jax.numpy.tanh")


def test_a_union_of_nothing_is_unknown() -> None:
    assert union([]) is UNKNOWN


def test_a_union_of_equal_values_is_that_value() -> None:
    assert union([RELU]) is RELU
    assert union([RELU, Symbol("jax.nn.relu")]) is RELU
    assert union([Const(1), Const(1)]).key() == Const(1).key()


@pytest.mark.parametrize(
    ("a", "b"), [(Const(1), Const(True)), (Const(0), Const(0.0)), (NONE, FALSE)]
)
def test_equal_numbers_of_different_types_are_different_values(a: Value, b: Value) -> None:
    assert isinstance(union([a, b]), OneOf)


def test_a_union_of_different_values_keeps_them_in_order() -> None:
    both = union([RELU, TANH])
    assert isinstance(both, OneOf)
    assert both.options == (RELU, TANH)
    assert not both.chosen
    assert list(options(both)) == [RELU, TANH]
    assert list(options(RELU)) == [RELU]


def test_a_union_of_unions_is_flat() -> None:
    nested = union([union([RELU, TANH]), union([TANH, NONE])])
    assert list(options(nested)) == [RELU, TANH, NONE]


def test_what_was_chosen_at_run_time_stays_chosen() -> None:
    chosen = union([RELU, TANH], chosen=True)
    assert isinstance(chosen, OneOf) and chosen.chosen
    wider = union([chosen, NONE])
    assert isinstance(wider, OneOf) and wider.chosen


def test_the_unknown_option_of_a_union_is_kept() -> None:
    assert UNKNOWN in list(options(union([RELU, UNKNOWN])))


def test_a_union_of_unknowns_is_unknown_and_traced_if_one_of_them_is() -> None:
    assert union([UNKNOWN, ARRAY, KEY]) is UNKNOWN
    assert union([UNKNOWN, TRACED_ARRAY]) is TRACED


def test_a_union_of_too_many_values_is_unknown() -> None:
    many: list[Value] = [Const(number) for number in range(40)]
    assert union(many) is UNKNOWN
    assert union([*many, TRACED]) is TRACED


@pytest.mark.parametrize(
    ("values", "traced"),
    [
        ([], False),
        ([UNKNOWN, RELU, TRUE], False),
        ([UNKNOWN, TRACED], True),
        ([Sequence("tuple", [NONE, TRACED])], True),
        ([Sequence("tuple", [NONE])], False),
        ([Mapping({"a": TRACED_ARRAY})], True),
        ([Mapping({}, rest=TRACED)], True),
        ([Mapping({"a": NONE}, rest=UNKNOWN)], False),
        ([OneOf((RELU, TRACED))], True),
    ],
)
def test_what_is_derived_from_a_traced_value_is_traced(values: list[Value], traced: bool) -> None:
    found = derived(*values)
    assert isinstance(found, Unknown)
    assert found.traced is traced
    assert not found.is_array


def test_short_tuples_are_told_apart_by_content_and_lists_by_identity() -> None:
    assert Sequence("tuple", [NONE, RELU]).key() == Sequence("tuple", [NONE, RELU]).key()
    assert Sequence("tuple", [NONE]).key() != Sequence("tuple", [NONE], open=True).key()
    assert Sequence("list", [NONE]).key() != Sequence("list", [NONE]).key()


def test_the_values_of_a_mapping_include_those_under_unknown_keys() -> None:
    assert Mapping({"a": RELU}, rest=TANH).values() == [RELU, TANH]
    assert Mapping({"a": RELU}).values() == [RELU]


def classes(source: str) -> dict[str, Class]:
    """The classes of `source`, each with its bases (a name that is no class: a library's)."""
    found: dict[str, Class] = {}
    for node in ast.parse(source).body:
        assert isinstance(node, ast.ClassDef)
        bases: list[Value] = [
            found[base.id] if base.id in found else Symbol(base.id)
            for base in node.bases
            if isinstance(base, ast.Name)
        ]
        found[node.name] = Class(node, None, bases)  # type: ignore[arg-type]
    return found


HIERARCHIES = {
    "chain": "class A(Base): ...\nclass B(A): ...\nclass C(B): ...\n",
    "diamond": "class A: ...\nclass B(A): ...\nclass C(A): ...\nclass D(B, C): ...\n",
    "library base below both": "class A(Base): ...\nclass B(Base): ...\nclass C(A, B): ...\n",
    "mixin first": "class M: ...\nclass A(Base): ...\nclass B(M, A): ...\n",
    "python's own example": (
        "class F: ...\nclass E: ...\nclass D: ...\n"
        "class C(D, F): ...\nclass B(D, E): ...\nclass A(B, C): ...\n"
    ),
}


@pytest.mark.parametrize("source", HIERARCHIES.values(), ids=HIERARCHIES)
def test_the_order_of_bases_is_pythons(source: str) -> None:
    namespace: dict[str, type] = {"Base": type("Base", (), {})}
    exec(source, namespace)
    for name, cls in classes(source).items():
        ours = [base.name for base in cls.mro if isinstance(base, (Class, Symbol))]
        assert ours == [base.__name__ for base in namespace[name].__mro__[:-1]]


def test_bases_that_python_refuses_still_have_an_order() -> None:
    found = classes("class A: ...\nclass B(A): ...\nclass C(A, B): ...\n")["C"]
    assert found.mro[0] is found
    assert len(found.mro) == len(set(map(id, found.mro))) == 3
