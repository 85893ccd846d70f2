"""Values that transforms make: pairs, their functions and results, transformed callables."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from jaxlint.analysis.values import Sequence, Value

if TYPE_CHECKING:
    from jaxlint.analysis.frames import Frame
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.catalog import Symbol as CatalogSymbol
    from jaxlint.catalog import Transform


class Pair(Value):
    """The result of a root: `hk.transform(function)` and its relatives.

    root: the name of what made it; only Haiku's own have known slots and results (`is_haiku`).
    keyless: what leaves apply without a key, and how the reader is told. meant_to_fail: a test says
    that its init or apply raises.
    """

    __slots__ = (
        "apply_rng",
        "file",
        "function",
        "keyless",
        "meant_to_fail",
        "multi",
        "node",
        "root",
        "stateful",
    )

    def __init__(
        self,
        function: Value,
        root: str,
        stateful: bool,
        node: ast.expr,
        file: ModuleFile,
        multi: bool = False,
    ) -> None:
        self.function = function
        self.root = root
        self.stateful = stateful
        self.apply_rng = True
        self.meant_to_fail = False
        self.multi = multi
        self.node = node
        self.file = file
        self.keyless: tuple[ast.expr, str] | None = None

    @property
    def is_haiku(self) -> bool:
        """Whether Haiku made the pair, and not an in-house root that the user configured."""
        return self.root.startswith("haiku.")

    def copy(self) -> Pair:
        """The same pair, to be changed by `without_apply_rng` or `without_state`."""
        other = Pair(self.function, self.root, self.stateful, self.node, self.file, self.multi)
        other.apply_rng = self.apply_rng
        other.keyless = self.keyless
        return other


class PairFunction(Value):
    """`pair.init` or `pair.apply` (`which`)."""

    __slots__ = ("function", "pair", "which")

    def __init__(self, pair: Pair, which: str, function: Value | None = None) -> None:
        self.pair = pair
        self.which = which
        self.function = function if function is not None else pair.function

    def key(self) -> Hashable:
        return (id(self.pair), self.which, self.function.key())


class Lift(Value):
    """`hk.lift(init)` and relatives: the init's parameters are registered with the outer root."""

    __slots__ = ("init", "lift", "node")

    def __init__(self, init: Value, lift: str, node: ast.expr) -> None:
        self.init = init
        self.lift = lift
        self.node = node


class Variables(Value):
    """Parameters or state that an init or apply of `pair` returned; `run` is the call."""

    __slots__ = ("lifted", "pair", "run", "slot")

    def __init__(self, pair: Pair, slot: str, run: Any, lifted: bool = False) -> None:
        self.pair = pair
        self.slot = slot
        self.run = run
        self.lifted = lifted


class MultiPart(Sequence):
    """Several results in one tuple, of which people forget that it is one."""

    __slots__ = ()


class RunResult(MultiPart):
    """The `(params, state)` or `(out, state)` that a with-state pair returns from `call`."""

    __slots__ = ("call", "frame", "pair", "which")

    def __init__(
        self, items: list[Value], pair: Pair, which: str, call: ast.expr, frame: Frame
    ) -> None:
        super().__init__("tuple", items)
        self.pair = pair
        self.which = which
        self.call = call
        self.frame = frame

    def key(self) -> Hashable:
        return id(self)


class Transformed(Value):
    """A callable made by a raw transform of `callee` at `node`, such as `jax.vmap(f)`."""

    __slots__ = (
        "applied",
        "callee",
        "callee_node",
        "file",
        "frame",
        "keywords",
        "node",
        "slot",
        "spec",
    )

    def __init__(
        self,
        spec: Transform,
        slot: Any,
        callee: Value,
        callee_node: ast.expr | None,
        node: ast.expr,
        frame: Any,
        keywords: dict[str, Value],
    ) -> None:
        self.spec = spec
        self.slot = slot
        self.callee = callee
        self.callee_node = callee_node
        self.node = node
        self.frame = frame
        self.file: ModuleFile = frame.file
        self.keywords = keywords
        self.applied = False


class LiftedCallable(Value):
    """A callable made by a library's own version of a transform, `symbol`, at `node`."""

    __slots__ = ("applied", "callee", "callee_node", "frame", "keywords", "node", "symbol")

    symbol: Any

    def __init__(
        self,
        symbol: Any,
        callee: Value,
        callee_node: ast.expr | None,
        node: ast.expr,
        frame: Any,
        keywords: dict[str, Value],
    ) -> None:
        self.symbol = symbol
        self.callee = callee
        self.callee_node = callee_node
        self.node = node
        self.frame = frame
        self.keywords = keywords
        self.applied = False


class Lifted(LiftedCallable):
    """`hk.vmap(f)`."""

    __slots__ = ()

    symbol: CatalogSymbol
