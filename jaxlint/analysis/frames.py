"""The state of an evaluation: scopes, call frames, and what is known along the path taken."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from jaxlint.analysis.effects import Effect
from jaxlint.analysis.values import (
    Function,
    Instance,
    Value,
)

if TYPE_CHECKING:
    from jaxlint.analysis.linen_values import LinenModule, LinenRun, Opened
    from jaxlint.analysis.module import ModuleFile


class Env:
    """A scope: names and their values. `frame` is the call whose local scope this is."""

    __slots__ = ("frame", "globals", "names", "nonlocals", "parent")

    def __init__(self, parent: Env | None = None, frame: Frame | None = None) -> None:
        self.names: dict[str, Value] = {}
        self.parent = parent
        self.frame = frame
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()

    def find(self, name: str) -> Env | None:
        """The innermost scope that binds `name`."""
        env: Env | None = self
        if name in self.globals:
            while env is not None and env.parent is not None:
                env = env.parent
            return env if env is not None and name in env.names else None
        while env is not None:
            if name in env.names:
                return env
            env = env.parent
        return None


class Frame:
    """One call under evaluation.

    call: the call expression, in `caller`; both None for an entry of the analysis.
    receiver: the object whose method runs. returns_by_flag: a flag of unknown meaning decides which
    value is returned. passed: parameters that still hold what the caller gave. stops_at: where the
    call certainly raises.
    """

    __slots__ = (
        "built",
        "call",
        "caller",
        "effects",
        "env",
        "file",
        "function",
        "open_draws",
        "passed",
        "receiver",
        "return_existing",
        "returns",
        "returns_by_flag",
        "stops_at",
        "yields",
        "yields_scoped",
    )

    def __init__(
        self,
        file: ModuleFile,
        env: Env,
        function: Function | None = None,
        caller: Frame | None = None,
        call: ast.AST | None = None,
        receiver: Value | None = None,
    ) -> None:
        self.file = file
        self.env = env
        self.function = function
        self.caller = caller
        self.call = call
        self.receiver = receiver
        self.passed: set[str] = set()
        self.built: dict[int, int] = {}
        self.effects: list[Effect] = []
        self.open_draws: list[Any] = []
        self.returns: list[Value] = []
        self.returns_by_flag = False
        self.return_existing: list[set[Hashable]] = []
        self.stops_at: ast.AST | None = None
        self.yields: list[Value] = []
        self.yields_scoped = False

    @property
    def scope(self) -> ast.AST:
        """The function whose body runs, or the module: where its names are bound."""
        return self.function.node if self.function is not None else self.file.tree

    def ancestors(self) -> list[Frame]:
        """This frame and its callers, innermost first."""
        found: list[Frame] = []
        frame: Frame | None = self
        while frame is not None:
            found.append(frame)
            frame = frame.caller
        return found


class RootRunToken:
    """One run of a root: `frame` is the call that started it, None for a run nobody has written."""

    __slots__ = ("finished", "frame")

    def __init__(self, frame: Frame | None) -> None:
        self.frame = frame
        self.finished = False


class Flow:
    """What is known along the path of evaluation.

    phase: "init" or "apply" where a guard decided, else None.
    existing: parameters and states that certainly exist already.
    context: "inside" a root, "outside" every root, or "unknown".
    conditional: how many undecided branches surround this point, in the function that runs; loops:
    how many loops whose rounds are not known one by one; unsure: how many of both surround the
    calls that led to the function.
    quiet: observations are not wanted; expected: a failure is (`pytest.raises`);
    caught: how many `try` statements with handlers surround this point.
    modules: the modules whose methods run, innermost last; began: when each method began.
    root: the run of a root that this is part of; linen: what an init or apply of Linen was given.
    ready: Linen modules, by id, whose setup has run. compacts: those whose compact method or setup
    is running (they may make submodules); setting_up: those whose setup is. autonames: the compact
    method that named a submodule, and what it built. haiku: a Haiku root runs.
    """

    __slots__ = (
        "autonames",
        "began",
        "caught",
        "compacts",
        "conditional",
        "context",
        "existing",
        "expected",
        "haiku",
        "linen",
        "loops",
        "modules",
        "phase",
        "quiet",
        "ready",
        "reserved",
        "rng_scoped",
        "root",
        "setting_up",
        "unsure",
    )

    def __init__(self, context: str = "unknown") -> None:
        self.phase: str | None = None
        self.existing: set[Hashable] = set()
        self.context = context
        self.conditional = 0
        self.loops = 0
        self.unsure = 0
        self.modules: list[Instance] = []
        self.began: list[float] = []
        self.root: RootRunToken | None = None
        self.linen: LinenRun | None = None
        self.ready: set[int] = set()
        self.compacts: list[Opened] = []
        self.autonames: dict[Hashable, tuple[Function, Hashable]] = {}
        self.haiku = False
        self.setting_up: list[LinenModule] = []
        self.quiet = 0
        self.expected = 0
        self.caught = 0
        self.reserved = False
        self.rng_scoped = 0

    @property
    def is_certain(self) -> bool:
        """Whether this point is reached just once in each run of the function that runs."""
        return not (self.conditional or self.loops)

    def copy(self) -> Flow:
        """What is known now, kept for a later look."""
        other = Flow(self.context)
        other.phase, other.existing = self.phase, set(self.existing)
        other.conditional, other.modules = self.conditional, list(self.modules)
        other.loops, other.unsure = self.loops, self.unsure
        other.began, other.root = list(self.began), self.root
        other.linen, other.ready, other.haiku = self.linen, set(self.ready), self.haiku
        other.autonames = dict(self.autonames)
        other.compacts, other.setting_up = list(self.compacts), list(self.setting_up)
        other.expected, other.caught = self.expected, self.caught
        other.quiet, other.reserved, other.rng_scoped = self.quiet, self.reserved, self.rng_scoped
        return other
