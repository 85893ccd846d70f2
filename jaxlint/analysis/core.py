"""What the parts of the interpreter share: its state, and what each part offers the others.

The interpreter is one object whose methods live in several files, a kind of work each. This class
holds their common state and names every method that one part calls of another.
"""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from jaxlint import catalog
from jaxlint.analysis.arguments import Args, Parameters
from jaxlint.analysis.core_haiku import HaikuCore
from jaxlint.analysis.core_linen import LinenCore
from jaxlint.analysis.effects import Effect
from jaxlint.analysis.frames import Env, Flow, Frame
from jaxlint.analysis.observations import Observation, RawSite
from jaxlint.analysis.transformed import (
    Lifted,
    Pair,
    Transformed,
)
from jaxlint.analysis.values import (
    Class,
    DictObject,
    Function,
    FunctionNode,
    Instance,
    ModuleValue,
    Value,
)

if TYPE_CHECKING:
    from jaxlint.analysis.linen_values import (
        LinenRun,
    )
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.analysis.project import Project
    from jaxlint.catalog import Symbol as CatalogSymbol
    from jaxlint.catalog.linen_types import LinenSymbol
    from jaxlint.config import Options

T = TypeVar("T")


class BudgetSpent(Exception):
    """The file's budget of steps is used up; what was found so far stands."""


@dataclass
class Summary:
    """What a call of a function with certain arguments did, from `start` on."""

    value: Value
    effects: list[Effect]
    draws: list[RawSite]
    existing: set[Hashable]
    start: float
    kept: tuple[object, ...] = field(default=(), repr=False)


class Core(HaikuCore, LinenCore):
    """The state of one evaluation, and the methods that its parts call of each other."""

    def __init__(self, file: ModuleFile, project: Project, options: Options) -> None:
        self.file = file
        self.project = project
        self.options = options
        self.flow = Flow("outside")
        self.observations: list[Observation] = []
        self.steps = 0
        self.max_steps = options.max_steps
        self.max_depth = options.max_depth
        self.depth = 0
        self.went_too_deep = False
        self.changes = 0  # of containers and names that outlive the call: such a call is not kept
        self.active: dict[tuple[int, int, int], int] = {}
        self.memo: dict[Hashable, Summary] = {}
        self.reached: set[int] = set()
        self.rooted: set[int] = set()
        self.files: dict[str, ModuleFile] = {file.path: file}
        self.dependencies: set[str] = set()
        self.deferred_pairs: list[tuple[Pair, Frame]] = []
        self.deferred_calls: list[tuple[Transformed | Lifted, Frame, Flow]] = []
        self.flag_groups: set[Hashable] = set()
        self.module_classes: list[Class] = []
        self.defined: list[Function] = []
        self.stand_ins: dict[int, Instance] = {}
        self.searched_subclasses: set[tuple[str, str]] = set()
        self.built_outside: set[int] = set()
        self.suppliers: dict[int, Frame | None] = {}
        self.scopes: list[Env] = []
        self.frames: list[Frame] = []
        self.built: list[Instance] = []
        self.symbol_calls: dict[str, Callable[[Args, ast.expr, Frame], Value]] = {}
        self.parameters: dict[int, Parameters] = {}
        self.configured_names = frozenset(
            {*options.effects, *options.roots, *options.wrappers, *options.transforms}
        )
        self.is_configured = bool(self.configured_names)
        self.seen_from: dict[str, list[RawSite]] = {}
        self.entry: Function | None = None
        self.haiku_bases: dict[int, CatalogSymbol | None] = {}
        self.linen_bases: dict[int, LinenSymbol | None] = {}
        self.linen_runs: list[LinenRun] = []
        self.updating: list[LinenRun] = []
        self.dropping: set[int] = set()
        self.annotated_as: dict[tuple[int, int], Value | None] = {}
        self.times_called: dict[int, int] = {}
        self.decorators: set[int] = set()
        self.at_root: set[int] = set()
        self.kept: list[Instance] = []

    # -- attributes ------------------------------------------------------------------------

    @abstractmethod
    def get_attribute(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        """What `value.name` is; Unknown where that cannot be told."""

    @abstractmethod
    def bind(self, found: Value, receiver: Value, node: ast.AST, frame: Frame) -> Value:
        """A class attribute as it is read from an instance."""

    @abstractmethod
    def lookup_class(self, cls: Class, name: str) -> Value | None:
        """The attribute in the project classes of the MRO; None if only a library could have it."""

    @abstractmethod
    def haiku_base(self, cls: Class) -> catalog.Symbol | None:
        """The first library class in the MRO that the catalog knows as a module."""

    @abstractmethod
    def is_module(self, value: Value) -> bool:
        """Whether the value is a Haiku module (or a class of them)."""

    @abstractmethod
    def has_unknown_base(self, cls: Class) -> bool:
        """Whether some base of the class could not be resolved or is a foreign library's."""

    @abstractmethod
    def mutated_attributes(self, instance: Instance) -> frozenset[str]:
        """Names of attributes that may have changed: by methods, by anyone if it is global."""

    @abstractmethod
    def set_attribute(
        self,
        target: Value,
        name: str,
        value: Value,
        frame: Frame,
        source: ast.expr | None,
        place: ast.expr | None = None,
    ) -> None:
        """`target.name = value`. Under an undecided branch the old value stays possible."""

    @abstractmethod
    def set_item(self, owner: Value, index: Value, value: Value) -> None:
        """`owner[index] = value`."""

    # -- dicts -----------------------------------------------------------------------------

    @abstractmethod
    def make_dict(self, cls: Class, args: Args, node: ast.expr, frame: Frame) -> Value | None:
        """An object of `cls` built here, if that is a dict; else None."""

    @abstractmethod
    def dict_attribute(self, value: DictObject, name: str, node: ast.AST, frame: Frame) -> Value:
        """An attribute: the object's own, its class's, an item's, or a dict's method."""

    @abstractmethod
    def set_dict_attribute(self, owner: DictObject, name: str, value: Value) -> None:
        """`owner.name = value`."""

    @abstractmethod
    def dict_super(
        self, receiver: DictObject, cls: Class, name: str, node: ast.AST, frame: Frame
    ) -> Value:
        """`super().name` in a method of `cls`."""

    # -- blame -----------------------------------------------------------------------------

    @abstractmethod
    def callee_text(self, callee: Value, node: ast.expr | None, frame: Frame) -> str:
        """The callee as the message names it."""

    @abstractmethod
    def blame(self, site: RawSite, callee_node: ast.expr | None) -> None:
        """Move the observation to the call that passed the impure callable in, if one did."""

    # -- branches --------------------------------------------------------------------------

    @abstractmethod
    def run_both(
        self,
        frame: Frame,
        then: Callable[[], bool],
        other: Callable[[], bool],
        phases: tuple[str | None, str | None] | None,
        test: ast.expr | None = None,
    ) -> bool:
        """Run both sides of a branch, each on its own copy of the path, and join what remains."""

    # -- calls -----------------------------------------------------------------------------

    @abstractmethod
    def no_args(self) -> Args:
        """An empty argument list."""

    @abstractmethod
    def plain_args(self, values: list[Value]) -> Args:
        """Positional arguments without expressions."""

    @abstractmethod
    def evaluate_call(self, node: ast.Call, frame: Frame) -> Value:
        """The value of a call expression."""

    @abstractmethod
    def call_value(self, function: Value, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call `function`; its effects become effects of `frame`."""

    @abstractmethod
    def unknown_call(self, values: list[Value], function: Value | None = None) -> Value:
        """The result of a call that nothing is known of."""

    @abstractmethod
    def call_function(
        self, function: Function, args: Args, node: ast.AST, frame: Frame, receiver: Value | None
    ) -> Value:
        """Bind the arguments and evaluate the body."""

    @abstractmethod
    def result_of(self, node: FunctionNode, frame: Frame) -> Value:
        """What the call returns, from its returns and yields."""

    @abstractmethod
    def decorate(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function, frame: Frame
    ) -> Value:
        """The value that the decorators, innermost first, make of the function."""

    # -- classes ---------------------------------------------------------------------------

    @abstractmethod
    def class_of_base(self, base: Value) -> Value:
        """A base expression as it enters the MRO; generics stand for their class."""

    @abstractmethod
    def decorate_class(self, node: ast.ClassDef, cls: Class, frame: Frame) -> Value:
        """The value of a class statement with its decorators (an unknown one keeps the class)."""

    @abstractmethod
    def new_instance(
        self, cls: Class | None, library: catalog.Symbol | None, node: ast.AST, frame: Frame
    ) -> Instance:
        """An object built here and now."""

    @abstractmethod
    def is_unusable(self, instance: Instance, node: ast.AST, frame: Frame) -> bool:
        """Whether calling the module cannot work: built outside every root, or escaped from one."""

    @abstractmethod
    def keep_constructor(self, instance: Instance, library: catalog.Symbol, args: Args) -> None:
        """Remember the arguments of a library module's constructor by name."""

    @abstractmethod
    def constructor_argument(self, instance: Instance, name: str) -> Value | None:
        """An argument that a library module was constructed with."""

    @abstractmethod
    def dataclass_fields(self, cls: Class) -> dict[str, ast.AnnAssign]:
        """The annotated fields of a dataclass, bases first."""

    @abstractmethod
    def overriding(self, function: Function, receiver: Instance) -> list[tuple[Function, Instance]]:
        """For an abstract method: what the project's subclasses make of it, each with a self."""

    @abstractmethod
    def stand_in(self, cls: Class) -> Instance:
        """An object of `cls` as some caller may have made it, its constructor run once."""

    @abstractmethod
    def annotation_value(
        self, annotation: ast.expr, owner: Function | Class, value: Value
    ) -> Value:
        """What an annotation tells of an otherwise unknown value: an object of a project class."""

    # -- expressions -----------------------------------------------------------------------

    @abstractmethod
    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """The value of an expression, with the effects of evaluating it."""

    @abstractmethod
    def element_of(self, value: Value) -> Value:
        """What iterating over `value` gives, all elements as one."""

    @abstractmethod
    def iterated(self, value: Value) -> list[Value] | None:
        """The elements that a loop runs over, if all are known."""

    @abstractmethod
    def passed_frame(self, node: ast.expr | None, frame: Frame) -> Frame | None:
        """The frame that received, as an argument, the object that the expression starts from."""

    @abstractmethod
    def is_passed(self, node: ast.expr, frame: Frame) -> bool:
        """Whether the expression is a parameter that still holds what the caller gave."""

    @abstractmethod
    def passed_from(self, call: ast.AST | None, frame: Frame) -> Frame | None:
        """The frame whose caller supplied the callee of `call`."""

    # -- imports ---------------------------------------------------------------------------

    @abstractmethod
    def open_module(self, hit: tuple[str, bool], dotted: str) -> ModuleValue | None:
        """The module in the file `hit`, read once per run of the interpreter."""

    @abstractmethod
    def execute_import(self, node: ast.Import, frame: Frame) -> None:
        """`import a.b.c as d`."""

    @abstractmethod
    def execute_import_from(self, node: ast.ImportFrom, frame: Frame) -> None:
        """`from a.b import c as d`, relative and star imports included."""

    @abstractmethod
    def module_name(self, file: ModuleFile, name: str) -> Value:
        """The value of a name of another file."""

    @abstractmethod
    def lookup(self, name: str, env: Env, frame: Frame) -> Value:
        """The value of a name in scope."""

    # -- operators -------------------------------------------------------------------------

    @abstractmethod
    def truth(self, value: Value) -> tuple[bool | None, tuple[str | None, str | None] | None]:
        """Whether a test holds (None: undecided), and what each side then knows of the phase."""

    # -- statements ------------------------------------------------------------------------

    @abstractmethod
    def execute_block(self, body: list[ast.stmt], frame: Frame) -> bool:
        """Run statements in order until one of them leaves the block."""

    @abstractmethod
    def execute(self, node: ast.stmt, frame: Frame) -> bool:
        """Run one statement."""

    @abstractmethod
    def bind_name(self, name: str, value: Value, frame: Frame) -> None:
        """Bind a name in the scope that the frame's declarations say."""

    @abstractmethod
    def assign(
        self, target: ast.expr, value: Value, frame: Frame, source: ast.expr | None = None
    ) -> None:
        """Bind a target (name, attribute, subscript, or a pattern of them) to a value."""

    @abstractmethod
    def elements(self, value: Value) -> list[Value] | None:
        """The elements of a sequence of known length, else None."""

    @abstractmethod
    def make_function(
        self, node: FunctionNode, frame: Frame, owner: Class | None = None
    ) -> Function:
        """The function value of a def or lambda, its defaults evaluated here and now."""

    # -- interpreter -----------------------------------------------------------------------

    @abstractmethod
    def tick(self) -> None:
        """Count one step. Raises BudgetSpent."""

    @abstractmethod
    def record(self, frame: Frame, effect: Effect) -> None:
        """An effect happens now, during the call `frame`."""

    @abstractmethod
    def observe(self, observation: Observation) -> None:
        """Keep an observation for the rules, unless it is meant to fail (`pytest.raises`)."""

    @abstractmethod
    def collect(self, frame: Frame, run: Callable[[], T]) -> tuple[T, list[Effect], list[RawSite]]:
        """Run `run`, keeping the effects of this stretch of `frame` apart."""

    @abstractmethod
    def given_here(self, run: Callable[[], T]) -> T:
        """Run `run` as if no undecided branch surrounded this point: for what follows from here."""

    @abstractmethod
    def merge(self, frame: Frame, effects: list[Effect], draws: list[RawSite]) -> None:
        """Let effects seen in a callee count in `frame` as well, in order."""

    @abstractmethod
    def enter(
        self,
        function: Function,
        env_names: dict[str, Value],
        passed: set[str],
        frame: Frame,
        call: ast.AST | None,
        receiver: Value | None,
        key: Hashable,
    ) -> Value:
        """Evaluate the body of `function` with its parameters bound."""

    @abstractmethod
    def attribute_writes(self, file: ModuleFile) -> frozenset[str]:
        """Names of attributes that the file assigns anywhere but in a constructor."""

    @abstractmethod
    def changing(self, value: Value) -> Value:
        """What is known of a global that some function rebinds: a constant no longer."""

    @abstractmethod
    def construct_effect(self, node: ast.AST, frame: Frame, what: str) -> None:
        """A Haiku module is constructed: an effect only where that must not happen."""
