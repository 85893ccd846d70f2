"""Values of Flax Linen: modules, their methods and variables, and what init and apply return."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from jaxlint.analysis.transformed import LiftedCallable, MultiPart
from jaxlint.analysis.values import Class, Instance, Mapping, Unknown, Value

if TYPE_CHECKING:
    from jaxlint.analysis.arguments import Args
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.analysis.values import Function
    from jaxlint.catalog.linen_types import LinenSymbol


class LinenModule(Instance):
    """A Linen module: of a project class, or a layer of Flax's own (`layer`).

    bound: the variables that `bind` gave it, if that made it; bound_runs: its calls. lifting: the
    lifted class that it was built from. held: it was given a parent. haiku: the Haiku function (or
    class, and the arguments of its constructor) that
    it wraps. stands_for: the module outside a lifted transform, for which this one stands
    inside. setups: what `setup` did, by what was known when it ran. runs: copies that ran under
    init or apply, by the version they are copies of.
    """

    __slots__ = (
        "bound",
        "bound_runs",
        "haiku",
        "held",
        "layer",
        "lifting",
        "rooted",
        "runs",
        "sealed",
        "setups",
        "stands_for",
    )

    def __init__(
        self,
        cls: Class | None,
        layer: LinenSymbol | None = None,
        node: ast.AST | None = None,
        identity: Hashable = None,
    ) -> None:
        super().__init__(cls, None, node, identity)
        self.layer = layer
        self.bound: Any = None
        self.bound_runs: list[LinenRun] = []
        self.lifting: LiftedClass | None = None
        self.stands_for: LinenModule | None = None
        self.sealed = False
        self.held = False
        self.haiku: tuple[Value, Args | None] | None = None
        self.rooted = False
        self.setups: dict[Hashable, list[Any]] = {}
        self.runs: dict[Hashable, tuple[int, LinenModule]] = {}

    @property
    def name(self) -> str:
        """The class's name, as the reader knows it."""
        if self.cls is not None:
            return str(self.cls.name)
        return short_linen(self.layer.name) if self.layer is not None else "a module"

    def __repr__(self) -> str:
        return f"LinenModule({self.name})"


class LinenMethod(Value):
    """A method that Linen defines, read from `receiver`: `model.apply`, `self.param`."""

    __slots__ = ("layer", "method", "receiver")

    def __init__(self, layer: LinenSymbol, method: str, receiver: LinenModule) -> None:
        self.layer = layer
        self.method = method
        self.receiver = receiver

    def key(self) -> Hashable:
        return ("linen method", self.layer.name, self.method, self.receiver.key())


class Variable(Value):
    """What `self.variable(collection, name, ...)` returned in a method of `owner`."""

    __slots__ = ("collection", "name", "owner")

    def __init__(self, collection: str | None, name: object, owner: LinenModule) -> None:
        self.collection = collection
        self.name = name
        self.owner = owner

    def key(self) -> Hashable:
        return ("variable", self.collection, self.name, self.owner.key())


class LinenOutput(Unknown):
    """One array that the run `call` returned, by itself."""

    __slots__ = ("call",)

    def __init__(self, traced: bool, call: LinenRun) -> None:
        super().__init__(traced, is_array=True)
        self.call = call


class Collection(Value):
    """One collection of variables of `model`: `variables["params"]`; `call` updated it."""

    __slots__ = ("call", "model", "name")

    def __init__(self, name: str, model: LinenModule, call: LinenRun | None = None) -> None:
        self.name = name
        self.model = model
        self.call = call

    def key(self) -> Hashable:
        return ("collection", self.name, id(self.model), id(self.call))


class Variables(Mapping):
    """What an init returned, or an apply as updates: collections by name."""

    __slots__ = ("call", "updates")

    def __init__(
        self, items: dict[object, Value], rest: Value | None, call: LinenRun, updates: bool
    ) -> None:
        super().__init__(items, rest)
        self.call = call
        self.updates = updates


class Mutated(MultiPart):
    """The `(output, updates)` of an apply with mutable collections, or of `init_with_output`."""

    __slots__ = ("call",)

    def __init__(self, items: list[Value], call: LinenRun) -> None:
        super().__init__("tuple", items)
        self.call = call

    def key(self) -> Hashable:
        return id(self)


class Wrapped(Value):
    """`nn.apply(fn, module, ...)` and relatives: called, it runs `fn` with the bound module."""

    __slots__ = ("function", "keywords", "module", "root")

    def __init__(
        self, root: LinenSymbol, function: Value, module: LinenModule, keywords: dict[str, Value]
    ) -> None:
        self.root = root
        self.function = function
        self.module = module
        self.keywords = keywords


class LiftedClass(Value):
    """`nn.vmap(Block, ...)` over a module class; called, it builds a module that is lifted."""

    __slots__ = ("cls", "file", "frame", "keywords", "node", "open_keywords", "symbol")

    def __init__(
        self,
        symbol: LinenSymbol,
        cls: Value,
        node: ast.expr,
        frame: Any,
        keywords: dict[str, Value],
        open_keywords: bool,
    ) -> None:
        self.symbol = symbol
        self.cls = cls
        self.node = node
        self.frame = frame
        self.file: ModuleFile = frame.file
        self.keywords = keywords
        self.open_keywords = open_keywords


class LiftedFunction(LiftedCallable):
    """`nn.vmap(fn, ...)` over a function whose first argument is the module."""

    __slots__ = ()

    symbol: LinenSymbol


class LiftedFlax(Value):
    """`hkflax.lift(module)`: a Linen module as a part of a Haiku root."""

    __slots__ = ("module", "node")

    def __init__(self, module: LinenModule, node: ast.expr) -> None:
        self.module = module
        self.node = node


class Opened(NamedTuple):
    """A compact method (None: `setup`) of `module` that is running; `counts`: modules it named."""

    module: LinenModule
    method: Function | None
    counts: dict[str, int]


class Filter(Value):
    """Which collections are meant: `mutable=...`, `DenyList(...)`.

    names: the collections (without `deny`), or those left out (with it). given: the call asks for
    updates, so that it returns a pair; False for `mutable=False`.
    """

    __slots__ = ("deny", "given", "names")

    def __init__(self, names: frozenset[str], deny: bool = False, given: bool = True) -> None:
        self.names = names
        self.deny = deny
        self.given = given

    def key(self) -> Hashable:
        return ("filter", self.names, self.deny, self.given)

    def has(self, collection: str) -> bool:
        """Whether the collection is among those meant."""
        return (collection in self.names) is not self.deny

    def spelled(self) -> str:
        """As the reader would write it."""
        if not self.given:
            return "False"
        if self.deny:
            return f"DenyList({sorted(self.names)})" if self.names else "True"
        return str(sorted(self.names))


IMMUTABLE = Filter(frozenset(), given=False)
EVERYTHING = Filter(frozenset(), deny=True)


class LinenRun:
    """One init or apply: what the call gives.

    mutable, collections, streams: None where that is not known. `mode` is "init" or "apply".
    sown: the collections that it sows into, and where; written: those that it certainly updates.
    other_method: another method than `__call__` is run, which `init` need not have run; guarded: a
    test has asked whether it is init; of_bound: it is a call of what `bind` gave, which keeps the
    updates.
    """

    __slots__ = (
        "collections",
        "file",
        "frame",
        "guarded",
        "mode",
        "model",
        "mutable",
        "node",
        "of_bound",
        "other_method",
        "sown",
        "streams",
        "written",
    )

    def __init__(
        self,
        mode: str,
        model: LinenModule,
        node: ast.expr,
        mutable: Filter | None,
        collections: frozenset[str] | None,
        streams: frozenset[str] | None,
    ) -> None:
        self.mode = mode
        self.model = model
        self.node = node
        self.mutable = mutable
        self.collections = collections
        self.streams = streams
        self.sown: dict[str, ast.AST] = {}
        self.written: frozenset[str] = frozenset()
        self.file: ModuleFile | None = None
        self.frame: Any = None
        self.other_method = False
        self.guarded = False
        self.of_bound = False

    def key(self) -> Hashable:
        """What may decide a guard inside: `is_mutable_collection`, `has_variable`, `has_rng`."""
        mutable = self.mutable.key() if self.mutable is not None else None
        return (self.mode, mutable, self.collections, self.streams)


def short_linen(name: str) -> str:
    """A Linen name as people write it: `nn.Dense`."""
    return "nn" + name[10:] if name.startswith("flax.linen.") else name
