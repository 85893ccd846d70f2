"""What the parts of the interpreter that know Linen offer the others."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from jaxlint.analysis.effects import Effect

if TYPE_CHECKING:
    from collections.abc import Hashable

    from jaxlint import catalog
    from jaxlint.analysis.arguments import Args
    from jaxlint.analysis.frames import Frame
    from jaxlint.analysis.linen_values import (
        Collection,
        Filter,
        LiftedClass,
        LiftedFlax,
        LiftedFunction,
        LinenMethod,
        LinenModule,
        LinenRun,
        Mutated,
        Variable,
        Variables,
        Wrapped,
    )
    from jaxlint.analysis.transformed import PairFunction
    from jaxlint.analysis.values import Class, Function, Instance, Value
    from jaxlint.catalog.linen_types import LinenMethod as MethodFacts
    from jaxlint.catalog.linen_types import LinenSymbol


class LinenCore(ABC):
    """The methods of the Linen parts that the parts call of each other."""

    # -- linen ------------------------------------------------------------

    @abstractmethod
    def linen_base(self, cls: Class) -> LinenSymbol | None:
        """The first class of the MRO that is one of Linen's modules; None: no Linen module."""

    @abstractmethod
    def layer_of(self, module: LinenModule) -> LinenSymbol | None:
        """Linen's own class that the module is, or derives from."""

    @abstractmethod
    def construct_linen(self, cls: Class, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`Net(features=3)`: the fields are filled in; `setup` waits until the module is bound."""

    @abstractmethod
    def build_layer(self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`nn.Dense(3)`."""

    @abstractmethod
    def may_make(self, owner: LinenModule) -> bool:
        """Whether submodules and parameters may be made now: in setup or a compact method."""

    @abstractmethod
    def ensure_setup(self, module: LinenModule, node: ast.AST, frame: Frame) -> None:
        """Run `setup` if this init or apply has not done so: Linen does at the first use."""

    @abstractmethod
    def linen_attribute(self, module: LinenModule, name: str, node: ast.AST, frame: Frame) -> Value:
        """`module.name`."""

    @abstractmethod
    def seen_through(self, module: LinenModule, found: Value) -> Value:
        """What a module that stands for another holds: submodules that stand for the other's."""

    @abstractmethod
    def standing_for(self, module: LinenModule) -> LinenModule:
        """The module as a lifted transform hands it to its function: a copy that knows it."""

    @abstractmethod
    def copy_of(self, module: LinenModule) -> LinenModule:
        """A module with the same class, fields and parameters."""

    @abstractmethod
    def linen_method(self, layer: LinenSymbol | None, name: str) -> MethodFacts | None:
        """What is known of a method that Linen defines."""

    @abstractmethod
    def set_linen_attribute(
        self, module: LinenModule, name: str, value: Value, frame: Frame, target: ast.expr | None
    ) -> None:
        """`module.name = value`: allowed in setup, before that in `__post_init__`, else frozen."""

    @abstractmethod
    def call_linen_module(
        self, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`module(*args)`."""

    @abstractmethod
    def call_user_method(
        self, function: Function, module: LinenModule, args: Args, node: ast.AST, frame: Frame
    ) -> Value:
        """A method of a Linen module of the project; its setup comes first."""

    @abstractmethod
    def call_linen_method(
        self, method: LinenMethod, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """A method that Linen defines: `self.param`, `model.apply`, or the call of a layer."""

    @abstractmethod
    def run_layer(
        self, layer: LinenSymbol, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """What calling one of Linen's own modules does, under the arguments it was given."""

    @abstractmethod
    def record_linen(self, effect: Effect, frame: Frame, module: LinenModule) -> None:
        """An effect on the scope of `module`."""

    @abstractmethod
    def variable_attribute(
        self, variable: Variable, name: str, node: ast.AST, frame: Frame
    ) -> Value:
        """`variable.value`."""

    @abstractmethod
    def write_variable(self, variable: Variable, value: Value, node: ast.AST, frame: Frame) -> None:
        """`variable.value = value`."""

    @abstractmethod
    def call_linen_symbol(
        self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call a Linen symbol that the catalog knows."""

    # -- linen roots ------------------------------------------------------------

    @abstractmethod
    def run_linen_root(
        self, module: LinenModule, facts: MethodFacts, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`module.init(...)`, `module.apply(...)`, `module.bind(...)`."""

    @abstractmethod
    def in_linen(
        self, run: LinenRun, frame: Frame, target: Value, inputs: Args, node: ast.expr
    ) -> tuple[Value, list[Effect]]:
        """Call `target` as the run does; its effects stop here."""

    @abstractmethod
    def running(self, model: LinenModule, mode: str) -> LinenModule:
        """The module as it is while init or apply runs: a copy, whose setup may fill it in."""

    @abstractmethod
    def call_bound_module(
        self, module: LinenModule, name: str, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """A method of what `bind` returned: it runs with the variables that were bound."""

    @abstractmethod
    def wrap_linen_root(
        self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`nn.apply(fn, module, mutable=...)`: a function of the variables and the inputs."""

    @abstractmethod
    def call_wrapped(self, value: Wrapped, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call what `nn.apply(fn, module)` returned."""

    @abstractmethod
    def filter_of(self, value: Value) -> Filter | None:
        """`mutable=...`; None where it is not known."""

    @abstractmethod
    def deny_list(self, args: Args) -> Value:
        """`DenyList(...)`."""

    @abstractmethod
    def collections_in(self, value: Value | None) -> frozenset[str] | None:
        """The collections that the variables hold; None where there may be others."""

    @abstractmethod
    def streams_in(self, value: Value | None) -> frozenset[str] | None:
        """The rng streams that a call is given: `rngs={"dropout": key}`, or one key for all."""

    @abstractmethod
    def linen_misused(self, value: Mutated, node: ast.AST, frame: Frame, problem: str) -> None:
        """The pair that an apply with mutable collections returns is used as the output."""

    @abstractmethod
    def dropped(self, run: LinenRun, frame: Frame) -> None:
        """The updates of the run go nowhere."""

    @abstractmethod
    def looked_for(self, value: Value, key: Value, node: ast.AST, frame: Frame) -> None:
        """`updates["losses"]`, `updates.get(...)`: whether a sown collection cannot be there."""

    @abstractmethod
    def check_kept(self, value: Variables | Collection, name: str, frame: Frame) -> None:
        """A name is bound to the updates of an apply: whether anything in its scope reads it."""

    @abstractmethod
    def check_linen_unpacked(
        self, value: Value, targets: list[ast.expr], source: ast.expr, frame: Frame
    ) -> None:
        """One output is unpacked as if it were `(output, updates)`."""

    @abstractmethod
    def linen_name(self, model: LinenModule, method: Value) -> str:
        """What runs, as the reader knows it: the model, or one of its methods."""

    # -- linen lifted ------------------------------------------------------------

    @abstractmethod
    def call_linen_transform(
        self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call one of Linen's transforms."""

    @abstractmethod
    def builds_modules(self, value: Value) -> bool:
        """Whether calling the value builds a Linen module: a class, or a partial of one."""

    @abstractmethod
    def construct_lifted(
        self, lifted: LiftedClass, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`nn.vmap(Block, ...)(features)`: a module whose methods are lifted."""

    @abstractmethod
    def call_lifted_method(
        self, module: LinenModule, function: Function, args: Args, node: ast.AST, frame: Frame
    ) -> Value:
        """A method of a lifted class's module."""

    @abstractmethod
    def call_lifted_layer(
        self, module: LinenModule, layer: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """The call of a layer of Linen's own, built by a lifted class."""

    @abstractmethod
    def apply_lifted_function(
        self, value: LiftedFunction, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call `nn.vmap(fn, ...)`: its first argument is the module."""

    # -- records ------------------------------------------------------------

    @abstractmethod
    def linen_symbol(self, name: str) -> LinenSymbol | None:
        """What the catalog knows of a Flax name."""

    @abstractmethod
    def linen_call(self, name: str) -> Callable[[Args, ast.expr, Frame], Value] | None:
        """What a call of a Flax name does; None if that is not known."""

    @abstractmethod
    def make_record(self, cls: Class | None, args: Args, node: ast.expr) -> Value:
        """`TrainState.create(apply_fn=..., params=...)`: an object with these fields."""

    @abstractmethod
    def record_maker(self, cls: Class, name: str) -> Value:
        """`create` of a project class that derives from TrainState."""

    @abstractmethod
    def record_method(self, instance: Instance, name: str) -> Value:
        """`replace` and `apply_gradients` of a record."""

    # -- classes ------------------------------------------------------------

    @abstractmethod
    def module_identity(self, node: ast.AST, frame: Frame) -> Hashable:
        """What tells the parameters of a module built at `node` from those of others."""

    @abstractmethod
    def fill_fields(
        self, instance: Instance, cls: Class, args: Args, node: ast.expr, frame: Frame
    ) -> None:
        """The fields of a dataclass, from the arguments and the defaults."""

    @abstractmethod
    def is_unbound(self, module: LinenModule) -> bool:
        """Whether the module certainly has no variables here.

        That is so outside init and apply, and also where it was built outside every module: at
        module level, or in a function that itself runs its init."""

    @abstractmethod
    def call_layer(
        self, layer: LinenSymbol, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """The call of one of Linen's own layers, bound, unbound or lifted."""

    @abstractmethod
    def layer_effects(
        self,
        layer: LinenSymbol,
        module: LinenModule,
        facts: LinenSymbol | MethodFacts,
        args: Args,
        values: dict[str, Value],
        node: ast.expr,
        frame: Frame,
    ) -> None:
        """Record what a call of a layer, or of one of its methods, does under its arguments."""

    @abstractmethod
    def check_allowed(self, node: ast.expr, args: Args, frame: Frame, what: str) -> None:
        """A submodule made by a method that is neither setup nor compact."""

    @abstractmethod
    def unbound_read(self, module: LinenModule, name: str, node: ast.AST, frame: Frame) -> None:
        """`net.encoder` outside init and apply, where `setup` makes it."""

    @abstractmethod
    def observe_unbound(
        self, module: LinenModule, name: str, is_compact: bool, node: ast.AST, frame: Frame
    ) -> None:
        """A call that needs variables, of a module that has none here."""

    @abstractmethod
    def check_param(self, node: ast.expr, frame: Frame, owner: LinenModule, method: str) -> None:
        """`self.param` or `self.variable` in a method that is neither setup nor compact."""

    @abstractmethod
    def running_in(self) -> str | None:
        """Whose code runs: "haiku" under its roots, "linen" in a module's method; None: neither."""

    @abstractmethod
    def wrap_haiku(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hkflax.Module(hk.transform(f))`, `hkflax.Module.create(hk.Linear, 3)`."""

    @abstractmethod
    def call_wrapped_haiku(
        self, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Run the Haiku function: its effects become effects on the Linen module's scope."""

    @abstractmethod
    def check_wrapped_attribute(
        self, module: LinenModule, name: str, node: ast.AST, frame: Frame
    ) -> None:
        """A method of the Haiku module is asked for: the wrapper has `__call__` alone."""

    @abstractmethod
    def haiku_in_linen(self, node: ast.AST, frame: Frame, what: str) -> None:
        """Haiku is used in a Linen module without the wrapper."""

    @abstractmethod
    def lift_flax(self, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hkflax.lift(nn.Dense(3), name="d")`: a Haiku version of the Linen module."""

    @abstractmethod
    def call_lifted_flax(
        self, value: LiftedFlax, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Run the Linen module: its variables become Haiku's parameters and state."""

    @abstractmethod
    def linen_in_haiku(
        self, module: LinenModule, node: ast.AST, frame: Frame, exception: str
    ) -> None:
        """A Linen module is called under a Haiku root, and nothing lifted it."""

    @abstractmethod
    def check_given_to_linen(
        self, value: Value | None, module: LinenModule, node: ast.expr, frame: Frame
    ) -> None:
        """Haiku's parameters are given to a Linen apply."""

    @abstractmethod
    def check_given_to_haiku(
        self,
        value: Value | None,
        function: PairFunction,
        effects: list[Effect],
        node: ast.expr,
        frame: Frame,
    ) -> None:
        """Linen's variables are given to a Haiku apply."""

    @abstractmethod
    def in_root(
        self, run: Callable[[], Value], frame: Frame, caller: Frame | None
    ) -> tuple[Value, list[Effect]]:
        """Run a callable as the body of a root: effects stop here. `caller` is the call that asks.

        The phase stays open even where the call says which it is: init and apply share a look, and
        an effect under a guard says itself when it happens."""
