"""From the JSON of the data files to the dataclasses of `types`."""

from __future__ import annotations

import re
from typing import Any

from jaxlint.catalog.types import CallableSlot, Pass, Symbol, SymbolEffect, Transform

_PASS = re.compile(r"(row:)?(?:([A-Za-z_]\w*)@)?(\d+)?(\.\.\.|\*)?")


def parse_pass(text: str) -> Pass:
    """Parse one item of `passes`; ValueError if it is not in the grammar that `Pass` describes."""
    if text == "**":
        return Pass(text, keywords=True)
    if text in ("traced", "traced..."):
        return Pass(text, traced=True, rest=text.endswith("..."))
    match = _PASS.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        raise ValueError(f"not a pass: {text!r}")
    return Pass(
        text,
        keyword=match[2],
        position=int(match[3]) if match[3] else None,
        row=match[1] is not None,
        rest=match[4] == "...",
        elements=match[4] == "*",
    )


def parse_slot(data: dict[str, Any], group: str, runs: int = 1) -> CallableSlot:
    """One entry of `callables`; `group` and `runs` are its transform's."""
    return CallableSlot(
        position=data["position"],
        keyword=data["keyword"],
        group=data.get("group", group),
        many=data.get("many", False),
        optional=data.get("optional", False),
        deferred=data.get("deferred", False),
        passes=tuple(parse_pass(text) for text in data.get("passes", ())),
        body_runs=data.get("body_runs", runs),
    )


def parse_transform(name: str, data: dict[str, Any]) -> Transform:
    """One entry of transforms.json or transforms_third_party.json."""
    group, runs = data["group"], data.get("body_runs", 1)
    return Transform(
        name=name,
        group=group,
        form=data["form"],
        callables=tuple(parse_slot(slot, group, runs) for slot in data["callables"]),
        methods={
            method: tuple(parse_slot(slot, group, runs) for slot in slots)
            for method, slots in data.get("methods", {}).items()
        },
        aliases=tuple(data.get("aliases", ())),
        statics=tuple(data.get("statics", ())),
        replacement=data.get("replacement", {}),
        staging=data.get("staging", False),
        body_runs=runs,
        factory=data.get("factory", False),
        like=data.get("like"),
        removed=data.get("removed"),
        gone=data.get("gone", {}),
    )


def parse_effect(data: dict[str, Any]) -> SymbolEffect:
    """One entry of a symbol's `effects`."""
    when = data.get("when")
    negated = when is not None and when.startswith("not ")
    return SymbolEffect(
        kind=data["kind"],
        when=when[4:] if when is not None and negated else when,
        negated=negated,
        argument=data.get("argument"),
        has_default="default" in data,
        default=data.get("default"),
        also=data.get("also"),
        source=data.get("from", "call"),
        optional=data.get("optional", False),
    )


def parse_symbol(name: str, data: dict[str, Any]) -> Symbol:
    """One entry of haiku.json."""
    return Symbol(
        name=name,
        kind=data["kind"],
        aliases=tuple(data.get("aliases", ())),
        abstract=data.get("abstract", False),
        constructor=tuple(data.get("constructor", ())),
        call=tuple(data.get("call", ())),
        arguments=tuple(data.get("arguments", ())),
        effects=tuple(parse_effect(effect) for effect in data.get("effects", ())),
        methods={key: tuple(value["effects"]) for key, value in data.get("methods", {}).items()},
        properties={key: tuple(value) for key, value in data.get("properties", {}).items()},
        initializers=data.get("initializers", {}),
        contains=tuple(data.get("contains", ())),
        draws_at_init=data.get("draws_at_init", False),
        returns=data.get("returns"),
        lifts=data.get("lifts"),
        form=data.get("form"),
        callables=tuple(parse_slot(slot, "lifted") for slot in data.get("callables", ())),
        traits=data.get("traits", {}),
        removed=data.get("removed"),
    )
