"""From the JSON of linen.json to the dataclasses of `linen_types`."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterable
from typing import Any

from jaxlint.catalog.linen_types import (
    Collection,
    Condition,
    LinenMethod,
    LinenSymbol,
    Parameter,
    Stream,
    Term,
)
from jaxlint.catalog.parse import parse_slot


def parse_parameters(texts: Iterable[str]) -> tuple[Parameter, ...]:
    """A signature, one text for each argument: `name`, `name=literal`, `name=...`, `*`, `*name`.

    A default that is no literal is written `...`. After `*` or `*name` come the keyword-only ones.
    """
    found = []
    kind = "positional"
    for text in texts:
        name, equals, default = text.partition("=")
        if name.startswith("**"):
            found.append(Parameter(name[2:], "**"))
        elif name.startswith("*"):
            kind = "keyword"
            if name != "*":
                found.append(Parameter(name[1:], "*"))
        elif not equals:
            found.append(Parameter(name, kind))
        elif default == "...":
            found.append(Parameter(name, kind, has_default=True))
        else:
            found.append(Parameter(name, kind, True, True, literal_eval(default)))
    return tuple(found)


def _term(text: str) -> Term:
    name, unlike, value = text.partition(" != ")
    if unlike:
        return Term(name, unlike=literal_eval(value))
    negated = text.startswith("not ")
    return Term(text[4:] if negated else text, negated)


def parse_condition(data: bool | str | list[str]) -> Condition:
    """A condition, as `Condition` says that it is written. ValueError: it is not a condition."""
    if data is True:
        return Condition(((),))
    texts = data if isinstance(data, list) else [data]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"not a condition: {data!r}")
    return Condition(
        tuple(tuple(_term(part) for part in str(text).split(" and ")) for text in texts)
    )


def _maybe(data: Any) -> Condition | None:
    return None if data is None else parse_condition(data)


def _collections(data: dict[str, Any]) -> tuple[Collection, ...]:
    return tuple(
        Collection(
            name=each["collection"],
            field=each.get("field"),
            creates=_maybe(each.get("creates")),
            reads=_maybe(each.get("reads")),
            writes=_maybe(each.get("writes")),
            sows=_maybe(each.get("sows")),
        )
        for each in data.get("collections", ())
    )


def _streams(data: dict[str, Any]) -> tuple[Stream, ...]:
    return tuple(
        Stream(each["stream"], parse_condition(each.get("when", True)), each.get("field"))
        for each in data.get("streams", ())
    )


def _method(name: str, data: dict[str, Any]) -> LinenMethod:
    return LinenMethod(
        name=name,
        kind=data["kind"],
        arguments=parse_parameters(data["arguments"]),
        effect=data.get("effect"),
        collections=_collections(data),
        streams=_streams(data),
        traits=data.get("traits", {}),
    )


def parse_linen(name: str, data: dict[str, Any]) -> LinenSymbol:
    """One entry of linen.json."""
    return LinenSymbol(
        name=name,
        kind=data["kind"],
        aliases=tuple(data.get("aliases", ())),
        abstract=data.get("abstract", False),
        fields=parse_parameters(data.get("fields", ())),
        call=parse_parameters(data.get("call", ())),
        arguments=parse_parameters(data.get("arguments", ())),
        collections=_collections(data),
        streams=_streams(data),
        contains=tuple(data.get("contains", ())),
        scans=data.get("scans", {}),
        required=tuple(data.get("required", ())),
        required_when=_maybe(data.get("required_when")),
        returns=data.get("returns"),
        tuple_when=_maybe(data.get("tuple_when")),
        lifts=data.get("lifts"),
        form=data.get("form"),
        callables=tuple(parse_slot(slot, "lifted") for slot in data.get("callables", ())),
        module=data.get("module"),
        roles=data.get("roles", {}),
        traits=data.get("traits", {}),
        methods={key: _method(key, value) for key, value in data.get("methods", {}).items()},
        properties=tuple(data.get("properties", ())),
    )
