"""Python's own functions and containers, by name."""

from __future__ import annotations

import ast

from jaxlint.analysis import records
from jaxlint.analysis.arguments import PASSABLE, Args
from jaxlint.analysis.containers import CONTAINERS, Handler
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
    Partial,
    Property,
    Sequence,
    Symbol,
    Value,
)

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
    **CONTAINERS,
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
    "builtins.iter": _first,
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
    "collections.namedtuple": _named_tuple,
    NAMED_TUPLE: _make_named_tuple,
    "jaxlint.constant": _first,
    "jaxlint.discard": _discard,
    "haiku._src.base.params_frozen": _params_frozen,
    "container.copy": _first,
    "jaxlint.array_method": _array,
    "dataclasses.replace": records.replace,
    records.REPLACE: records.replace,
    records.CREATE: records.create,
    "flax.core.freeze": _first,
    "flax.core.unfreeze": _first,
    "flax.core.frozen_dict.freeze": _first,
    "flax.core.frozen_dict.unfreeze": _first,
    "optax.apply_updates": _first,
    "jax.tree_util.Partial": _partial,
}
