"""Python's containers, and the functions that take them apart, by name."""

from __future__ import annotations

import ast
from collections.abc import Callable

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.values import (
    NONE,
    UNKNOWN,
    Const,
    Mapping,
    Sequence,
    Value,
    union,
)

Handler = Callable[[Core, Args, ast.expr, Frame], Value]
"""What a call of a name does, given the interpreter."""


def _sequence(kind: str) -> Handler:
    def make(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
        if not args.positional:
            return Sequence(kind, [])
        value = args.positional[0]
        items = host.elements(value)
        if items is not None:
            return Sequence(kind, list(items))
        if isinstance(value, Sequence):
            return Sequence(kind, list(value.items), True)
        return Sequence(kind, [host.element_of(value)], True)

    return make


def _zip(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    columns = [host.iterated(v) for v in args.positional]
    if columns and all(c is not None for c in columns):
        known = [c for c in columns if c is not None]
        return Sequence("list", [Sequence("tuple", list(r)) for r in zip(*known, strict=False)])
    lengths = {len(c) for c in columns if c is not None}
    if lengths:
        # One column is known: the zip is at most that long.
        rows = []
        for index in range(min(lengths)):
            row = [
                c[index] if c is not None else host.element_of(v)
                for c, v in zip(columns, args.positional, strict=True)
            ]
            rows.append(Sequence("tuple", row))
        return Sequence("list", list(rows))
    row = [host.element_of(v) for v in args.positional]
    return Sequence("list", [Sequence("tuple", row)], True)


def _enumerate(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if not args.positional:
        return UNKNOWN
    items = host.iterated(args.positional[0])
    if items is None:
        row: list[Value] = [UNKNOWN, host.element_of(args.positional[0])]
        return Sequence("list", [Sequence("tuple", row)], True)
    return Sequence("list", [Sequence("tuple", [Const(i), v]) for i, v in enumerate(items)])


def _reversed(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    items = host.elements(args.positional[0]) if args.positional else None
    if items is None:
        return args.positional[0] if args.positional else UNKNOWN
    return Sequence("list", list(reversed(items)))


def _dict(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    result = Mapping({})
    for value in args.positional[:1]:
        if isinstance(value, Mapping):
            result.items.update(value.items)
            result.rest = value.rest
        else:
            pairs = host.elements(value)
            for pair in pairs if pairs is not None else []:
                parts = host.elements(pair)
                if parts is not None and len(parts) == 2 and isinstance(parts[0], Const):
                    result.items[parts[0].value] = parts[1]
            if pairs is None:
                result.rest = UNKNOWN
    result.items.update(args.keywords)
    if args.open_keywords:
        result.rest = UNKNOWN
    return result


def _len(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    items = host.elements(args.positional[0]) if args.positional else None
    return Const(len(items)) if items is not None else UNKNOWN


def _split_off(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    """`flax.core.pop(variables, "params")`: the rest, and what was taken out."""
    container = args.positional[0] if args.positional else UNKNOWN
    key = args.get(1, "key")
    if not isinstance(container, Mapping) or not isinstance(key, Const):
        return Sequence("tuple", [UNKNOWN, UNKNOWN])
    rest = {k: v for k, v in container.items.items() if k != key.value}
    found = container.items.get(key.value, container.rest or UNKNOWN)
    return Sequence("tuple", [Mapping(rest, container.rest), found])


def _joined_mapping(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    """`flax.core.copy(variables, {"params": params})`."""
    first, second = args.get(0, "x"), args.get(1, "add_or_replace")
    if not isinstance(first, Mapping):
        return UNKNOWN
    if second is None:
        return first
    if not isinstance(second, Mapping):
        return UNKNOWN
    rest = [r for r in (first.rest, second.rest) if r is not None]
    return Mapping({**first.items, **second.items}, union(rest) if rest else None)


def _set_default(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container, *rest = args.positional
    if not (isinstance(container, Mapping) and rest and isinstance(rest[0], Const)):
        return UNKNOWN
    default = rest[1] if len(rest) > 1 else NONE
    known = container.items.get(rest[0].value)
    if known is None:
        known = default if container.rest is None else union([container.rest, default])
        container.items[rest[0].value] = known
    return known


def _append(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container, *rest = args.positional
    if isinstance(container, Sequence) and rest and rest[-1] is container:
        container.open = True  # a list in itself
    elif isinstance(container, Sequence) and rest:
        container.items.append(rest[-1])
        if host.flow.conditional:
            container.open = True
    return NONE


def _extend(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container, *rest = args.positional
    if isinstance(container, Sequence) and rest:
        items = host.elements(rest[0])
        if items is None or host.flow.conditional:
            container.open = True
        container.items += items if items is not None else [host.element_of(rest[0])]
    return NONE


def _values(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container = args.positional[0]
    if isinstance(container, Mapping):
        return Sequence("list", container.values(), container.rest is not None)
    return UNKNOWN


def _keys(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container = args.positional[0]
    if isinstance(container, Mapping):
        return Sequence("list", [Const(k) for k in container.items], container.rest is not None)
    return UNKNOWN


def _items(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container = args.positional[0]
    if not isinstance(container, Mapping):
        return UNKNOWN
    rows: list[Value] = [Sequence("tuple", [Const(k), v]) for k, v in container.items.items()]
    if container.rest is not None:
        rows.append(Sequence("tuple", [UNKNOWN, container.rest]))
    return Sequence("list", rows, container.rest is not None)


def _get(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container, *rest = args.positional
    if not (isinstance(container, Mapping) and rest):
        return UNKNOWN
    host.looked_for(container, rest[0], node, frame)
    if isinstance(rest[0], Const) and rest[0].value in container.items:
        return container.items[rest[0].value]
    default = rest[1] if len(rest) > 1 else NONE
    if isinstance(rest[0], Const) and container.rest is None:
        return default
    return union([*container.values(), default])


def _pop(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container, *rest = args.positional
    if isinstance(container, Mapping):
        found = _get(host, args, node, frame)
        if rest and isinstance(rest[0], Const) and not host.flow.conditional:
            container.items.pop(rest[0].value, None)
        return found
    if isinstance(container, Sequence) and container.items:
        count, place = len(container.items), rest[0] if rest else Const(-1)
        index = place.value if isinstance(place, Const) else None
        known = container.kind == "list" and not container.open and host.flow.is_certain
        if known and isinstance(index, int) and -count <= index < count:
            host.changes += 1
            return container.items.pop(index)
        container.open = True
        return union(container.items)
    return UNKNOWN


def _pop_left(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    return _pop(host, Args([args.positional[0], Const(0)]), node, frame)


def _update(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    container, *rest = args.positional
    if isinstance(container, Mapping):
        for other in rest:
            if isinstance(other, Mapping):
                container.items.update(other.items)
                container.rest = other.rest if container.rest is None else container.rest
            else:
                container.rest = UNKNOWN
        container.items.update(args.keywords)
        if args.open_keywords:
            container.rest = UNKNOWN
    return NONE


CONTAINERS: dict[str, Handler] = {
    "builtins.list": _sequence("list"),
    "builtins.tuple": _sequence("tuple"),
    "builtins.set": _sequence("set"),
    "builtins.frozenset": _sequence("set"),
    "builtins.sorted": _sequence("list"),
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.reversed": _reversed,
    "builtins.dict": _dict,
    "builtins.len": _len,
    "collections.deque": _sequence("list"),
    "collections.OrderedDict": _dict,
    "container.append": _append,
    "container.add": _append,
    "container.insert": _append,
    "container.extend": _extend,
    "container.values": _values,
    "container.keys": _keys,
    "container.items": _items,
    "container.get": _get,
    "container.pop": _pop,
    "container.popleft": _pop_left,
    "container.update": _update,
    "container.setdefault": _set_default,
    "flax.core.pop": _split_off,
    "flax.core.frozen_dict.pop": _split_off,
    "flax.core.copy": _joined_mapping,
    "flax.core.frozen_dict.copy": _joined_mapping,
}
