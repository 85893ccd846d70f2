"""Python's own functions and containers, by name."""

from __future__ import annotations

import ast
from collections.abc import Callable

from jaxlint.analysis import records
from jaxlint.analysis.arguments import PASSABLE, Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.values import (
    ARRAY,
    FALSE,
    NONE,
    TRACED_ARRAY,
    TRUE,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    InitFlag,
    Instance,
    Mapping,
    Partial,
    Property,
    Sequence,
    Symbol,
    Value,
    union,
)

Handler = Callable[[Core, Args, ast.expr, Frame], Value]


IDENTITY = "jaxlint.identity"
NAMED_TUPLE = "jaxlint.namedtuple"


MAX_RANGE = 8


def _partial(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if not args.positional:
        return UNKNOWN
    return Partial(args.positional[0], args.positional[1:], dict(args.keywords))


def _identity_factory(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    return Symbol(IDENTITY)


def _cached(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if len(args.positional) == 1 and isinstance(args.positional[0], PASSABLE):
        return args.positional[0]
    return Symbol(IDENTITY)


def _map(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    function, *iterables = args.positional
    columns = [host.iterated(i) for i in iterables]
    if all(c is not None and len(c) <= MAX_RANGE for c in columns):
        rows = list(zip(*[c for c in columns if c is not None], strict=False))
        return Sequence(
            "list", [host.call_value(function, Args(list(r)), node, frame) for r in rows]
        )
    one = Args([host.element_of(i) for i in iterables])
    return Sequence("list", [host.call_value(function, one, node, frame)], True)


def _reduce(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if len(args.positional) < 2:
        return UNKNOWN
    function, iterable = args.positional[:2]
    items = host.iterated(iterable)
    start = args.positional[2:3]
    if items is not None and len(items) <= MAX_RANGE:
        values = [*start, *items]
        if not values:
            return UNKNOWN
        result = values[0]
        for value in values[1:]:
            result = host.call_value(function, Args([result, value]), node, frame)
        return result
    element = host.element_of(iterable)
    first = start[0] if start else element
    return host.call_value(function, Args([first, element]), node, frame)


def _range(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    bounds = [v.value for v in args.positional if isinstance(v, Const)]
    if len(bounds) == len(args.positional) and all(isinstance(b, int) for b in bounds) and bounds:
        try:
            numbers = range(*[b for b in bounds if isinstance(b, int)])
        except (TypeError, ValueError):
            return UNKNOWN
        if len(numbers) <= MAX_RANGE:
            return Sequence("list", [Const(n) for n in numbers])
        return Sequence("range", [UNKNOWN], True)
    return Sequence("list", [UNKNOWN], True)


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


def _getattr(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if len(args.positional) >= 2 and isinstance(args.positional[1], Const):
        name = args.positional[1].value
        if isinstance(name, str):
            return host.get_attribute(args.positional[0], name, node, frame)
    return UNKNOWN


def _setattr(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if len(args.positional) == 3 and isinstance(args.positional[1], Const):
        name = args.positional[1].value
        if isinstance(name, str):
            host.set_attribute(args.positional[0], name, args.positional[2], frame, None)
    return NONE


def _isinstance(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if len(args.positional) == 2:
        value, cls = args.positional
        if isinstance(value, Instance) and isinstance(cls, Symbol) and cls.name == "haiku.Module":
            return TRUE if host.is_module(value) else UNKNOWN
        if isinstance(value, Instance) and value.symbol is not None and isinstance(cls, Symbol):
            return TRUE if value.symbol.name == cls.name else UNKNOWN
        if isinstance(value, (Function, Symbol)) and isinstance(cls, Symbol):
            return FALSE if cls.name == "haiku.Module" else UNKNOWN
        if (
            isinstance(value, Instance)
            and value.cls is not None
            and isinstance(cls, (Class, Symbol))
        ) and any(b is cls or b.key() == cls.key() for b in value.cls.mro):
            return TRUE
    return UNKNOWN


def _callable(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if args.positional and isinstance(args.positional[0], (Function, Bound, Partial, Class)):
        return TRUE
    return UNKNOWN


def _next(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    return host.element_of(args.positional[0]) if args.positional else UNKNOWN


def _first(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    return args.positional[0] if args.positional else UNKNOWN


def _cast(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    return args.positional[1] if len(args.positional) > 1 else UNKNOWN


def _type(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    value = args.positional[0] if len(args.positional) == 1 else None
    return value.cls if isinstance(value, Instance) and value.cls is not None else UNKNOWN


def _property(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    return Property(args.positional[0]) if args.positional else UNKNOWN


def _static(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    value = args.positional[0] if args.positional else UNKNOWN
    if isinstance(value, Function):
        value.kind = "static"
        return value
    return Partial(value, [], {})  # a partial is not bound to the object it is read from


def _array(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    return TRACED_ARRAY if args.traced else ARRAY


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


def _namespace(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    made = Instance(None, None, node)
    made.attrs.update(args.keywords)
    return made


def _named_tuple(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    fields = host.elements(args.positional[1]) if len(args.positional) > 1 else None
    text = args.positional[1] if len(args.positional) > 1 else None
    if isinstance(text, Const) and isinstance(text.value, str):
        fields = [Const(f) for f in text.value.replace(",", " ").split()]
    if fields is None or not all(isinstance(f, Const) for f in fields):
        return UNKNOWN
    return Partial(Symbol(NAMED_TUPLE), [Sequence("tuple", list(fields))], {})


def _make_named_tuple(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    fields = host.elements(args.positional[0]) or []
    made = Instance(None, None, node)
    for index, name in enumerate(fields):
        value = args.get(index + 1, str(name.value) if isinstance(name, Const) else None)
        if isinstance(name, Const):
            made.attrs[str(name.value)] = value if value is not None else UNKNOWN
    return made


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


def _discard(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    """Call the first argument with the others, for its effects alone."""
    function, *rest = args.positional
    inputs = Args(rest, args.keywords, args.open, args.open_keywords, args.rest)
    host.call_value(function, inputs, node, frame)
    return UNKNOWN


def _params_frozen(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    return InitFlag("apply", "init")


def _run_now(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    if args.positional and host.is_known_callable(args.positional[0]):
        host.call_value(args.positional[0], Args([], open=True), node, frame)
    return NONE


PYTHON: dict[str, Handler] = {
    "absl.app.run": _run_now,
    "fire.Fire": _run_now,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "functools.wraps": _identity_factory,
    "functools.lru_cache": _cached,
    "functools.cache": _cached,
    "functools.reduce": _reduce,
    "builtins.map": _map,
    "builtins.range": _range,
    "builtins.list": _sequence("list"),
    "builtins.tuple": _sequence("tuple"),
    "builtins.set": _sequence("set"),
    "builtins.frozenset": _sequence("set"),
    "builtins.sorted": _sequence("list"),
    "builtins.iter": _first,
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.reversed": _reversed,
    "builtins.dict": _dict,
    "builtins.len": _len,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.isinstance": _isinstance,
    "builtins.callable": _callable,
    "builtins.next": _next,
    "builtins.type": _type,
    "builtins.property": _property,
    "builtins.staticmethod": _static,
    "copy.copy": _first,
    "functools.singledispatch": _first,
    "copy.deepcopy": _first,
    "typing.cast": _cast,
    "types.SimpleNamespace": _namespace,
    "collections.deque": _sequence("list"),
    "collections.namedtuple": _named_tuple,
    "collections.OrderedDict": _dict,
    NAMED_TUPLE: _make_named_tuple,
    "jaxlint.constant": _first,
    "jaxlint.discard": _discard,
    "haiku._src.base.params_frozen": _params_frozen,
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
    "container.copy": _first,
    "container.setdefault": _set_default,
    "jaxlint.array_method": _array,
    "dataclasses.replace": records.replace,
    records.REPLACE: records.replace,
    records.CREATE: records.create,
    "flax.core.freeze": _first,
    "flax.core.unfreeze": _first,
    "flax.core.frozen_dict.freeze": _first,
    "flax.core.frozen_dict.unfreeze": _first,
    "flax.core.pop": _split_off,
    "flax.core.frozen_dict.pop": _split_off,
    "flax.core.copy": _joined_mapping,
    "flax.core.frozen_dict.copy": _joined_mapping,
    "optax.apply_updates": _first,
    "jax.tree_util.Partial": _partial,
}
