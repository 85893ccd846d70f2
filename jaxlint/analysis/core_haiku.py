"""What the parts of the interpreter that know JAX and Haiku offer the others."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.arguments import Args
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.transformed import (
    Lifted,
    MultiPart,
    Pair,
    Transformed,
)
from jaxlint.analysis.values import (
    NONE,
    LibraryMethod,
    Value,
)

if TYPE_CHECKING:
    from jaxlint.catalog import CallableSlot, Transform
    from jaxlint.catalog import Symbol as CatalogSymbol


class HaikuCore(ABC):
    """The methods of the transform and Haiku parts that the parts call of each other."""

    # -- haiku -----------------------------------------------------------------------------

    @abstractmethod
    def call_catalog(
        self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call a symbol that the catalog knows."""

    @abstractmethod
    def call_library_method(
        self, method: LibraryMethod, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call a method of a library module: `__call__` or one of its extra methods."""

    # -- symbols ---------------------------------------------------------------------------

    @abstractmethod
    def call_symbol(self, name: str, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call the library symbol `name`."""

    @abstractmethod
    def context_kind(self, value: Value, node: ast.expr, frame: Frame) -> str | None:
        """What a `with` item does to the analysis: "raises", "with-rng" or nothing."""

    @abstractmethod
    def entered(self, value: Value) -> Value:
        """What `with ... as name` binds."""

    @abstractmethod
    def container_method(self, value: Value, name: str) -> Value:
        """A method of a list, tuple or dict."""

    # -- lifted ----------------------------------------------------------------------------

    @abstractmethod
    def call_lifted(self, symbol: CatalogSymbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.vmap(f, ...)`, `hk.scan(f, ...)`: effects go through to the root."""

    @abstractmethod
    def lift_by_factory(self, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.layer_stack(n)(f)`: the symbol, then the callable."""

    @abstractmethod
    def apply_lifted(self, value: Lifted, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call `hk.vmap(f)`."""

    # -- roots -----------------------------------------------------------------------------

    @abstractmethod
    def make_pair(self, root: str, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.transform(f)`."""

    @abstractmethod
    def adapt_pair(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.without_apply_rng(pair)`, `hk.without_state(pair)`, `hk.with_empty_state(pair)`."""

    @abstractmethod
    def is_known_callable(self, value: Value) -> bool:
        """Whether the evaluator knows what calling the value does."""

    @abstractmethod
    def pair_function(self, pair: Pair, which: str, node: ast.AST, frame: Frame) -> Value:
        """`pair.init` or `pair.apply`; the apply of a multi-transform has the shape of its tree."""

    @abstractmethod
    def pair_parts(self, value: Value) -> list[Value] | None:
        """The two functions of a pair that is unpacked."""

    @abstractmethod
    def misused(self, value: MultiPart, node: ast.AST, frame: Frame, problem: str) -> None:
        """A with-state pair's result is used as one value."""

    @abstractmethod
    def check_operand(
        self, value: Value, node: ast.expr, frame: Frame, other: Value = NONE
    ) -> None:
        """The value stands where one array is wanted."""

    @abstractmethod
    def check_unpacked(
        self, value: Value, targets: list[ast.expr], source: ast.expr, frame: Frame
    ) -> None:
        """The value is unpacked into `targets`."""

    @abstractmethod
    def make_lift(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.lift(init)`; a with-state lift also returns an updater."""

    @abstractmethod
    def name_of(self, value: Value, frame: Frame) -> str:
        """A callable as the reader would name it."""

    # -- transforms ------------------------------------------------------------------------

    @abstractmethod
    def is_raw(self, value: Value) -> bool:
        """Whether calling the value applies a raw transform."""

    @abstractmethod
    def call_transform(self, spec: Transform, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call a transform: it returns a callable ("wrap") or runs its callables now ("call")."""

    @abstractmethod
    def transformed_attribute(
        self, value: Transformed, name: str, node: ast.AST, frame: Frame
    ) -> Value:
        """An attribute of a transformed callable: `jit(f).lower`, `custom_vjp(f).defvjp`."""

    @abstractmethod
    def callables_in(
        self, slot: CallableSlot, slots: tuple[CallableSlot, ...], args: Args
    ) -> list[tuple[Value, ast.expr | None]]:
        """The callables in a slot, with their expressions."""

    @abstractmethod
    def passed_on(self, slot: CallableSlot, args: Args) -> Args:
        """What a call-style transform hands to the callable in `slot`."""
