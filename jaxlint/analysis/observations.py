"""What the evaluator saw that a rule may object to. A rule looks at one type of observation."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jaxlint.analysis.effects import Effect, Step
from jaxlint.analysis.transformed import (
    Pair,
)
from jaxlint.analysis.values import (
    Function,
    Value,
)

if TYPE_CHECKING:
    from jaxlint.analysis.frames import Frame
    from jaxlint.analysis.linen_values import LinenRun
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.catalog import Symbol, Transform
    from jaxlint.catalog.linen_types import LinenSymbol


@dataclass
class Observation:
    """Something at `node` of `file`. `frame` is the call during which it was seen."""

    node: ast.AST
    file: ModuleFile
    frame: Frame


@dataclass
class RawSite(Observation):
    """A raw transform applied to an impure callable.

    callee: its source text. effects: each with its chain from the callee's call on.
    drawn_later: the effect by which a key is drawn after the transform in the same root.
    entry: the function that the analysis entered on its own, since nothing in the file calls it.
    prefix: the steps from the blamed call down to the transform, if the callable was passed in.
    refused: the root that it is given to does not take the result of this transform.
    unfit: what is raised because the callable, or an argument, is a Linen module itself; "" if not.
    context: "inside" or "unknown" (an effect outside every root is an OutsideEffect).
    only_applied: it runs at apply because the method is only applied, and not behind a guard.
    """

    transform: Transform
    slot: Any
    callee: str
    effects: list[Effect]
    phase: str | None
    context: str
    drawn_later: Effect | None = None
    in_loop: bool = False
    refused: bool = False
    unfit: str = ""
    only_applied: bool = False
    prefix: list[Step] = field(default_factory=list)
    entry: Function | None = None

    @property
    def effects_by_phase(self) -> list[Effect]:
        """The effects, each with its phase if that is known."""
        if self.phase is None:
            return self.effects
        return [e if e.phase is not None else e.but(phase=self.phase) for e in self.effects]


@dataclass
class LiftedSite(Observation):
    """A library's own version of a transform applied to a callable.

    branches: the effects of each callable, by its keyword. old_vmap: the project lets hk.vmap be
    called without split_rng.
    """

    symbol: Symbol
    callee: str
    branches: list[tuple[str, list[Effect]]]
    keywords: dict[str, Value]
    open_keywords: bool
    phase: str | None
    context: str
    old_vmap: bool = False


@dataclass
class RootRun(Observation):
    """`init` or `apply` of a transformed pair was called, or stands to be (`generic`).

    effects: those of the transformed function, under the arguments given.
    rng: the value in the key's slot; None where the call has no such slot or it is not known.
    """

    pair: Pair
    which: str
    effects: list[Effect]
    rng: Value | None
    generic: bool
    callee: str


@dataclass
class ApplyArguments(Observation):
    """The arguments of an `init` or `apply` call that do not fit its slots."""

    pair: Pair
    which: str
    problem: str
    expected: str
    exception: str


@dataclass
class ResultMisuse(Observation):
    """A pair's result used with the wrong number of parts. `problem` says how.

    use: where it is used so, and in which file, if that is not the place itself. names: into how
    many names one value is unpacked; 0 where that is not what is wrong.
    """

    pair: Pair
    which: str
    problem: str
    use: tuple[ast.AST, ModuleFile] | None = None
    names: int = 0


@dataclass
class UnliftedInit(Observation):
    """The init of an inner transform, run inside a root, whose parameters feed its own apply."""

    pair: Pair
    callee: str
    effects: list[Effect]
    context: str


@dataclass
class OutsideEffect(Observation):
    """A Haiku effect outside every root.

    steps lead from the module level to the effect; functions: whose body each step stands in (None:
    the module's). rooted: the function nodes, by id, that a root has reached.
    """

    effect: Effect
    steps: list[Step]
    functions: list[Function | None]
    rooted: set[int]


@dataclass
class LinenCall(Observation):
    """An init or apply of a Linen module: what it runs, and (`run`) what the call gives it.

    effects: in the order in which they happen. variables: the first argument. callee: the module
    or the method, by name.
    """

    run: LinenRun
    effects: list[Effect]
    variables: Value | None
    callee: str


@dataclass
class LinenResult(Observation):
    """What an apply returned is used as if it were something else. `problem` says how.

    unpacked: one output is taken for a pair; else a pair is taken for the output. use, names: as in
    `ResultMisuse`.
    """

    run: LinenRun
    problem: str
    unpacked: bool
    use: tuple[ast.AST, ModuleFile] | None = None
    names: int = 0


@dataclass
class LinenDropped(Observation):
    """The updates that an apply returned go nowhere; node is the call.

    updating: all runs seen with updates; dropped: the ids of the calls whose updates go nowhere;
    runs: all runs; each as it is when the analysis is over. repeated: the call is one of several.
    """

    run: LinenRun
    updating: list[LinenRun]
    dropped: set[int]
    runs: list[LinenRun]
    repeated: bool


@dataclass
class LinenUnsown(Observation):
    """What a module sowed is looked for among the updates, and its collection was not mutable."""

    run: LinenRun
    collection: str
    sown: ast.AST


@dataclass
class LinenStructure(Observation):
    """A module used against Linen's rules for modules.

    kind: "outside-compact" (`name` is made in a method that may not), "unbound-call",
    "unbound-read", "frozen", "two-compact".
    """

    kind: str
    name: str
    module: str
    exception: str


@dataclass
class InteropUse(Observation):
    """Haiku and Flax mixed in a way that fails.

    kind: "haiku-in-linen", "linen-in-haiku", "other-method", "haiku-to-linen", "linen-to-haiku".
    """

    kind: str
    name: str
    exception: str


@dataclass
class LinenLiftedSite(Observation):
    """One of Linen's transforms over a module class, or over a function of a module.

    streams: the rng streams that the apply gives whose part this is; None where that is not known.
    """

    symbol: LinenSymbol
    callee: str
    effects: list[Effect]
    keywords: dict[str, Value]
    open_keywords: bool
    phase: str | None
    is_function: bool
    streams: frozenset[str] | None = None
