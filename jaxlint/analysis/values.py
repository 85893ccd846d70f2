"""The abstract values that the evaluator computes with.

A value is what an expression is known to be. `Unknown` is the honest answer to everything else, and
no rule looks at it.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from jaxlint.analysis.frames import Env
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.catalog import Symbol as CatalogSymbol

FunctionNode: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda"

_serial = count(1)


def now() -> int:
    """A time of the evaluation, for telling what was built before what."""
    return next(_serial)


class Value:
    """Base of all abstract values."""

    __slots__ = ()

    @property
    def traced(self) -> bool:
        """Whether the value depends on the inputs of a raw transform that is being evaluated."""
        return False

    def key(self) -> Hashable:
        """Equal for values that the evaluator need not tell apart."""
        return id(self)


class Unknown(Value):
    """Anything. `is_array` says that it is certainly one array, `is_key` that it is a PRNG key.

    own: a key that the function that runs has from itself, out of Haiku's sequence or a constant,
    and not from who calls its root.
    """

    __slots__ = ("is_array", "is_key", "own", "traced")

    traced: bool

    def __init__(
        self,
        traced: bool = False,
        is_array: bool = False,
        is_key: bool = False,
        own: bool = False,
    ) -> None:
        self.traced = traced
        self.is_array = is_array
        self.is_key = is_key
        self.own = own

    def __repr__(self) -> str:
        return f"Unknown(traced={self.traced}, array={self.is_array}, key={self.is_key})"


UNKNOWN = Unknown()
TRACED = Unknown(traced=True)
ARRAY = Unknown(is_array=True)
TRACED_ARRAY = Unknown(traced=True, is_array=True)
KEY = Unknown(is_key=True)
TRACED_KEY = Unknown(traced=True, is_key=True)
OWN_KEY = Unknown(is_key=True, own=True)
OWN_KEY_OR_NONE = Unknown(own=True)
TRACED_OWN_KEY = Unknown(traced=True, is_key=True, own=True)


def key_value(traced: bool, own: bool) -> Unknown:
    """A PRNG key with these properties."""
    if own:
        return TRACED_OWN_KEY if traced else OWN_KEY
    return TRACED_KEY if traced else KEY


class Const(Value):
    """A Python constant: None, a bool, a number, a string, bytes or Ellipsis."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def key(self) -> Hashable:
        return (type(self.value), self.value)

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


NONE = Const(None)
TRUE = Const(True)
FALSE = Const(False)


def is_own_key(value: Value | None) -> bool:
    """Whether a key, or what a key is made from, is the running function's own."""
    if isinstance(value, Sequence):
        return any(is_own_key(v) for v in value.items if isinstance(v, (Sequence, Unknown)))
    return isinstance(value, Const) or (isinstance(value, Unknown) and value.own)


def as_given(value: Value) -> Value:
    """An argument of a root's init or apply as the root's function sees it: no key is its own."""
    if isinstance(value, Unknown) and value.own:
        return key_value(value.traced, False) if value.is_key else UNKNOWN
    if type(value) is Sequence and is_own_key(value):
        return Sequence(value.kind, [as_given(v) for v in value.items], value.open)
    return value


class InitFlag(Value):
    """A truth that tells about the phase: `then` if it holds, `other` if not (None: nothing)."""

    __slots__ = ("other", "then")

    def __init__(self, then: str | None, other: str | None) -> None:
        self.then = then
        self.other = other

    def key(self) -> Hashable:
        return ("init flag", self.then, self.other)


RUNNING_INIT = InitFlag("init", "apply")


class Symbol(Value):
    """A name of an installed library, by its canonical dotted path. The catalog speaks for it.

    members: the symbols that its attributes have turned out to be.
    """

    __slots__ = ("members", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, Symbol] = {}

    def key(self) -> Hashable:
        return self.name

    def __repr__(self) -> str:
        return f"Symbol({self.name})"


class ModuleValue(Value):
    """A module of the project that is being read."""

    __slots__ = ("file",)

    def __init__(self, file: ModuleFile) -> None:
        self.file = file


class Function(Value):
    """A function or lambda of the project, with the scope it closes over."""

    __slots__ = (
        "defaults",
        "file",
        "kind",
        "kw_defaults",
        "linen",
        "name",
        "node",
        "owner",
        "scope",
    )

    def __init__(
        self,
        node: FunctionNode,
        scope: Env,
        file: ModuleFile,
        defaults: list[Value],
        kw_defaults: dict[str, Value],
        owner: Class | None = None,
    ) -> None:
        self.node = node
        self.scope = scope
        self.file = file
        self.defaults = defaults
        self.kw_defaults = kw_defaults
        self.owner = owner
        self.name = getattr(node, "name", "<lambda>")
        self.kind = "plain"  # or "static", "class"
        self.linen = (
            ""  # or "compact", "scope", "nowrap": what decorates a method of a Linen module
        )

    @property
    def qualified_name(self) -> str:
        """The name below its module: `Encoder.encode`."""
        return f"{self.owner.name}.{self.name}" if self.owner is not None else str(self.name)

    def __repr__(self) -> str:
        return f"Function({self.name})"


class Property(Value):
    """A property: `getter` runs when the attribute is read."""

    __slots__ = ("getter",)

    def __init__(self, getter: Value) -> None:
        self.getter = getter


class Class(Value):
    """A class of the project. `bases` may hold library classes (Symbol) and Unknown."""

    __slots__ = ("attrs", "bases", "dataclass", "file", "mro", "name", "node", "subclasses")

    def __init__(self, node: ast.ClassDef, file: ModuleFile, bases: list[Value]) -> None:
        self.node = node
        self.file = file
        self.name = node.name
        self.bases = bases
        self.attrs: dict[str, Value] = {}
        self.dataclass = False
        self.subclasses: list[Class] = []
        self.mro: list[Value] = _linearise(self)

    def __repr__(self) -> str:
        return f"Class({self.name})"


def _linearise(cls: Class) -> list[Value]:
    """The C3 linearisation of `cls`; depth first where C3 has no answer."""
    sequences = [list(b.mro) if isinstance(b, Class) else [b] for b in cls.bases]
    sequences.append(list(cls.bases))
    order: list[Value] = [cls]
    while any(sequences):
        sequences = [s for s in sequences if s]
        for seq in sequences:
            head = seq[0]
            if not any(_same_in(head, s[1:]) for s in sequences):
                break
        else:
            head = sequences[0][0]
        order.append(head)
        sequences = [[v for v in s if not _same(v, head)] for s in sequences]
    return order


def _same(a: Value, b: Value) -> bool:
    return a is b or (isinstance(a, Symbol) and isinstance(b, Symbol) and a.name == b.name)


def _same_in(a: Value, values: list[Value]) -> bool:
    return any(_same(a, v) for v in values)


class Instance(Value):
    """An object: of a project class, or of a library's module class (`symbol`).

    `identity` is equal for two objects that share their Haiku parameters: a module built anew by
    each call of the same method of the same module takes up the same parameters.
    births: when it was built and when the module method that built it began (0: none), then the
    same for the module of that method, and so on. shared: built at module level, for all to change.
    root: the run of a root that it was built in.
    """

    __slots__ = (
        "attrs",
        "births",
        "cls",
        "identity",
        "node",
        "opaque",
        "passed",
        "root",
        "shared",
        "symbol",
        "version",
    )

    def __init__(
        self,
        cls: Class | None,
        symbol: CatalogSymbol | None = None,
        node: ast.AST | None = None,
        identity: Hashable = None,
    ) -> None:
        self.cls = cls
        self.symbol = symbol
        self.node = node
        self.identity: Hashable = identity if identity is not None else ("new", now())
        self.attrs: dict[str, Value] = {}
        self.passed: dict[str, Any] = {}
        self.opaque = False
        self.shared = False
        self.version = 0
        self.births: tuple[tuple[float, float], ...] = ((now(), 0),)
        self.root: Any = None

    def key(self) -> Hashable:
        return (id(self), self.version)

    def __repr__(self) -> str:
        name = self.cls.name if self.cls else getattr(self.symbol, "name", "?")
        return f"Instance({name})"


class Bound(Value):
    """A function together with the object it was read from."""

    __slots__ = ("function", "receiver")

    def __init__(self, function: Value, receiver: Value) -> None:
        self.function = function
        self.receiver = receiver

    def key(self) -> Hashable:
        return ("bound", self.function.key(), self.receiver.key())


class LibraryMethod(Value):
    """A method that a library's module class defines, read from `receiver`."""

    __slots__ = ("method", "receiver", "symbol")

    def __init__(self, symbol: CatalogSymbol, method: str, receiver: Instance) -> None:
        self.symbol = symbol
        self.method = method
        self.receiver = receiver

    def key(self) -> Hashable:
        return ("method", self.symbol.name, self.method, self.receiver.key())


class Super(Value):
    """`super()` inside a method of `cls`, for `receiver`."""

    __slots__ = ("cls", "receiver")

    def __init__(self, cls: Class, receiver: Value) -> None:
        self.cls = cls
        self.receiver = receiver


class Partial(Value):
    """`functools.partial(function, *args, **kwargs)`."""

    __slots__ = ("args", "function", "kwargs")

    def __init__(self, function: Value, args: list[Value], kwargs: dict[str, Value]) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs


class Sequence(Value):
    """A tuple, list or set. `open` says that there may be other elements than `items`."""

    __slots__ = ("items", "kind", "open")

    def __init__(self, kind: str, items: list[Value], open: bool = False) -> None:
        self.kind = kind
        self.items = items
        self.open = open

    @property
    def traced(self) -> bool:
        return any(v.traced for v in self.items)

    def key(self) -> Hashable:
        if self.kind == "tuple" and len(self.items) < 9:
            return ("tuple", self.open, tuple(v.key() for v in self.items))
        return (id(self), len(self.items))


class Mapping(Value):
    """A dict with constant keys. `rest` is the union of the values under unknown keys, if any."""

    __slots__ = ("items", "rest")

    def __init__(self, items: dict[object, Value], rest: Value | None = None) -> None:
        self.items = items
        self.rest = rest

    @property
    def traced(self) -> bool:
        return any(v.traced for v in self.items.values()) or (
            self.rest is not None and self.rest.traced
        )

    def key(self) -> Hashable:
        return (id(self), len(self.items))

    def values(self) -> list[Value]:
        """All values that the mapping may hold."""
        return [*self.items.values(), *([self.rest] if self.rest is not None else [])]


class DictObject(Mapping):
    """An object of a project class that is a dict. `attrs`: attributes that are no items.

    shared: its items are its attributes, by `self.__dict__ = self`.
    """

    __slots__ = ("attrs", "cls", "shared")

    def __init__(self, cls: Class) -> None:
        super().__init__({})
        self.cls = cls
        self.attrs: dict[str, Value] = {}
        self.shared = False


class OneOf(Value):
    """One of several values. `chosen`: the program chooses at run time, by an expression."""

    __slots__ = ("chosen", "options")

    def __init__(self, options: tuple[Value, ...], chosen: bool = False) -> None:
        self.options = options
        self.chosen = chosen

    @property
    def traced(self) -> bool:
        return any(v.traced for v in self.options)

    def key(self) -> Hashable:
        return ("one of", tuple(v.key() for v in self.options))


class ByPhase(OneOf):
    """A choice that an init guard makes: one value while init runs, another while apply does."""

    __slots__ = ()

    def __init__(self, init: Value, apply: Value) -> None:
        super().__init__((init, apply))

    def key(self) -> Hashable:
        return ("by phase", self.options[0].key(), self.options[1].key())


def by_phase(phases: tuple[str | None, str | None] | None, then: Value, other: Value) -> Value:
    """What remains of two values where a branch on the phase ends."""
    if phases == ("init", "apply"):
        return ByPhase(then, other)
    if phases == ("apply", "init"):
        return ByPhase(other, then)
    return union([then, other])


def union(values: list[Value], chosen: bool = False) -> Value:
    """The value that is one of `values`, as simple as possible. Unknown options stay in it."""
    seen: dict[Hashable, Value] = {}
    for value in values:
        for option in options(value):
            seen.setdefault(option.key(), option)
    found = list(seen.values())
    if not found:
        return UNKNOWN
    if len(found) == 1:
        return found[0]
    if all(isinstance(v, Unknown) for v in found):
        return TRACED if any(v.traced for v in found) else UNKNOWN
    if len(found) > 12:
        return TRACED if any(v.traced for v in found) else UNKNOWN
    was_chosen = chosen or any(isinstance(v, OneOf) and v.chosen for v in values)
    return OneOf(tuple(found), was_chosen)


def options(value: Value) -> Iterator[Value]:
    """The alternatives of a value (itself, if it is not a union)."""
    if isinstance(value, OneOf):
        yield from value.options
    else:
        yield value


def derived(*values: Value) -> Unknown:
    """An unknown result computed from `values`: traced if one of them is."""
    for value in values:
        if value.traced:
            return TRACED
    return UNKNOWN
