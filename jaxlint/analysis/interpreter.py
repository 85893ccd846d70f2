"""The abstract interpreter: its state, its budgets, and how a function is entered and left."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, TypeVar

from jaxlint.analysis.attributes import Attributes
from jaxlint.analysis.blame import Blame
from jaxlint.analysis.branches import Branches
from jaxlint.analysis.calls import Calls
from jaxlint.analysis.classes import Classes
from jaxlint.analysis.core import BudgetSpent, Summary
from jaxlint.analysis.dicts import DictObjects
from jaxlint.analysis.effects import (
    CONSTRUCT,
    PARAM,
    RNG,
    STATE_CREATE,
    Effect,
    Step,
    distinct,
    rebased,
)
from jaxlint.analysis.expressions import Expressions
from jaxlint.analysis.frames import Env, Flow, Frame
from jaxlint.analysis.haiku import HaikuCalls
from jaxlint.analysis.imports import Imports
from jaxlint.analysis.interop import Interop
from jaxlint.analysis.lifted import LiftedTransforms
from jaxlint.analysis.linen import LinenModules
from jaxlint.analysis.linen_layers import LinenLayers
from jaxlint.analysis.linen_lifted import LinenTransforms
from jaxlint.analysis.linen_results import LinenResults
from jaxlint.analysis.linen_roots import LinenRoots
from jaxlint.analysis.linen_scope import LinenScope
from jaxlint.analysis.linen_shape import LinenShape
from jaxlint.analysis.linen_values import LinenModule
from jaxlint.analysis.observations import Observation, OutsideEffect, RawSite
from jaxlint.analysis.operators import Operators
from jaxlint.analysis.records import Records
from jaxlint.analysis.results import Results
from jaxlint.analysis.roots import Roots
from jaxlint.analysis.statements import Statements
from jaxlint.analysis.symbols import LibraryCalls
from jaxlint.analysis.transforms import Transforms
from jaxlint.analysis.values import (
    UNKNOWN,
    Const,
    Function,
    Instance,
    Value,
    now,
)

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile

T = TypeVar("T")


MAX_RECURSION = 3
"""How often a function may be entered anew, for the same object, while it runs."""


class Interpreter(
    Statements,
    Branches,
    Expressions,
    Operators,
    Attributes,
    DictObjects,
    Calls,
    Classes,
    LibraryCalls,
    HaikuCalls,
    Roots,
    Results,
    Transforms,
    LiftedTransforms,
    LinenModules,
    LinenLayers,
    LinenScope,
    LinenShape,
    LinenRoots,
    LinenResults,
    LinenTransforms,
    Interop,
    Records,
    Blame,
    Imports,
):
    """Evaluates one file: the module body, then every function that nothing in it has reached.

    The parts live in one file each; this one holds what they share.
    """

    def release(self) -> None:
        """Let go of everything evaluated.

        Scopes, functions and objects refer to each other in circles. Cut here, they are freed at
        once, where the garbage collector would have to search them all after every file.
        """
        for file in self.files.values():
            file.env.names.clear()
        for env in self.scopes:
            env.names.clear()
            env.frame = env.parent = None
        for cls in self.module_classes:
            cls.attrs.clear()
            cls.mro.clear()
            cls.subclasses.clear()
        for summary in self.memo.values():
            summary.kept = ()
        for instance in self.built:
            instance.attrs.clear()
            instance.passed.clear()
            if isinstance(instance, LinenModule):
                instance.setups.clear()
                instance.runs.clear()
                instance.bound = instance.lifting = instance.stands_for = None
            instance.root = None
        for frame in self.frames:
            frame.caller = frame.receiver = None
            frame.effects.clear()
            frame.open_draws.clear()
            frame.returns.clear()
        self.__dict__.clear()

    # -- budgets ------------------------------------------------------------------------------

    def tick(self) -> None:
        """Count one step. Raises BudgetSpent."""
        self.steps += 1
        if self.steps > self.max_steps:
            raise BudgetSpent

    # -- effects and observations ---------------------------------------------------------------

    def record(self, frame: Frame, effect: Effect) -> None:
        """An effect happens now, during the call `frame`."""
        flow = self.flow
        if flow.expected or (effect.kind == RNG and flow.rng_scoped):
            return
        changes: dict[str, object] = {}
        if effect.phase is None and flow.phase is not None:
            changes["phase"] = flow.phase
        if flow.conditional and not effect.conditional:
            changes["conditional"] = True
        if effect.kind in (PARAM, STATE_CREATE) and effect.subject is not None:
            if (effect.kind, effect.subject) in flow.existing:
                changes["exists"] = True
            else:
                flow.existing.add((effect.kind, effect.subject))
        if changes:
            effect = effect.but(**changes)
        if effect.kind == RNG and not (effect.at_init and (effect.exists or flow.phase == "apply")):
            for site in frame.open_draws:
                if site.drawn_later is None:
                    site.drawn_later = effect
        if effect.name.startswith("haiku.") and self.running_in() == "linen":
            if effect.kind != CONSTRUCT:
                self.haiku_in_linen(effect.step.node, frame, effect.step.what)
            return
        frame.effects.append(effect)
        if flow.context == "outside" and not flow.quiet and not effect.is_linen:
            self._outside(frame, effect)

    def _outside(
        self, frame: Frame, effect: Effect, functions: list[Function | None] | None = None
    ) -> None:
        """An effect outside every root. functions: whose body each of its steps stands in."""
        if effect.conditional and flow_is_guarded(self.flow):
            return
        steps = effect.steps()
        functions = functions if functions is not None else [frame.function] * len(steps)
        for inner in frame.ancestors():
            if inner.call is None or inner.caller is None:
                break
            steps.insert(0, Step(inner.call, inner.caller.file, "runs outside every root"))
            functions.insert(0, inner.caller.function)
        self.observations.append(
            OutsideEffect(
                steps[-1].node,
                frame.file,
                frame,
                effect=effect,
                steps=steps,
                functions=functions,
                rooted=self.rooted,
            )
        )

    def observe(self, observation: Observation) -> None:
        """Keep an observation for the rules, unless it is meant to fail (`pytest.raises`)."""
        if not self.flow.quiet:
            self.observations.append(observation)

    def collect(self, frame: Frame, run: Callable[[], T]) -> tuple[T, list[Effect], list[RawSite]]:
        """Run `run`, keeping the effects of this stretch of `frame` apart."""
        effects, draws = frame.effects, frame.open_draws
        frame.effects, frame.open_draws = [], []
        try:
            result = run()
        finally:
            found, opened = frame.effects, frame.open_draws
            frame.effects, frame.open_draws = effects, draws
        return result, distinct(found), opened

    def given_here(self, run: Callable[[], T]) -> T:
        """Run `run` as if no undecided branch surrounded this point: for what follows from here."""
        flow = self.flow
        conditional, unsure = flow.conditional, flow.unsure
        if flow.context != "outside":
            flow.conditional, flow.unsure = 0, unsure + conditional
        try:
            return run()
        finally:
            flow.conditional, flow.unsure = conditional, unsure

    def merge(self, frame: Frame, effects: list[Effect], draws: list[RawSite]) -> None:
        """Let effects seen in a callee count in `frame` as well, in order."""
        if self.flow.conditional:
            effects = [e if e.conditional else e.but(conditional=True) for e in effects]
        if frame.open_draws:
            later = next(
                (
                    e
                    for e in effects
                    if e.kind == RNG and not (e.at_init and (e.exists or e.phase == "apply"))
                ),
                None,
            )
            if later is not None:
                for site in frame.open_draws:
                    if site.drawn_later is None:
                        site.drawn_later = later
        frame.effects.extend(effects)
        frame.open_draws.extend(d for d in draws if d not in frame.open_draws)

    # -- entering a function ----------------------------------------------------------------------

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
        """Evaluate the body of `function` with its parameters bound.

        The effects of the body become effects of `frame`, one call step longer.
        """
        node = function.node
        flow = self.flow
        place = (id(node), id(function.scope), id(receiver))
        if self.active.get(place, 0) == 2:
            # A recursion by a counter: its end is seen where the counter is not known.
            counted = {n for n, v in env_names.items() if is_number(v)}
            if counted:
                env_names = {n: UNKNOWN if n in counted else v for n, v in env_names.items()}
                key = tuple(v.key() for v in env_names.values())
        given = flow.linen.key() if flow.linen is not None else None
        full_key = (
            id(node),
            id(function.scope),
            key,
            flow.phase,
            flow.context,
            flow.quiet > 0,
            given,
        )
        summary = self.memo.get(full_key)
        if summary is None:
            if self.depth >= self.max_depth:
                self.went_too_deep = True
            if self.depth >= self.max_depth or self.active.get(place, 0) >= MAX_RECURSION:
                return self.unknown_call(list(env_names.values()))
            self.tick()
            changes = self.changes
            summary = self._run_body(function, env_names, passed, frame, call, receiver)
            summary.kept = (function, tuple(env_names.values()), receiver)
            if changes == self.changes:
                self.memo[full_key] = summary
            effects = summary.effects
        else:
            effects = [self._seen_again(e, summary.start) for e in summary.effects]
            flow.existing |= summary.existing
            is_haiku = bool(effects) and not effects[0].is_linen
            if flow.context == "outside" and is_haiku and call is not None and not flow.quiet:
                again = effects[0].under(Step(call, frame.file, f"calls {function.name}"))
                owners = [frame.function, *([function] * (len(again.steps()) - 1))]
                self._outside(frame, again, owners)
        if (summary.effects or summary.draws) and not flow.expected:
            step = Step(
                call if call is not None else node,
                frame.file,
                f"calls {function.name}",
                self.passed_from(call, frame),
            )
            if call is not None:
                effects = [e.under(step) for e in effects]
            if flow.rng_scoped:
                effects = [e for e in effects if e.kind != RNG]
            self.merge(frame, effects, summary.draws)
        return summary.value

    def _seen_again(self, effect: Effect, start: float) -> Effect:
        """An effect of a call evaluated before (from `start` on), as it is on the present path."""
        changes: dict[str, object] = {}
        if any(built > start for built, _ in effect.births):
            # What that call built, this one builds anew.
            again = now()
            changes["births"] = tuple(
                (rebased(built, start, again), rebased(began, start, again))
                for built, began in effect.births
            )
        kind = PARAM if effect.kind == RNG else effect.kind
        if kind in (PARAM, STATE_CREATE) and effect.subject is not None:
            exists = (kind, effect.subject) in self.flow.existing
            if effect.exists != exists:
                changes["exists"] = exists
        return effect.but(**changes) if changes else effect

    def _run_body(
        self,
        function: Function,
        env_names: dict[str, Value],
        passed: set[str],
        caller: Frame,
        call: ast.AST | None,
        receiver: Value | None,
    ) -> Summary:
        node, flow = function.node, self.flow
        self.reached.add(id(node))
        if flow.context == "inside":
            self.rooted.add(id(node))
        env = Env(function.scope)
        frame = Frame(function.file, env, function, caller, call, receiver)
        env.frame = frame
        self.scopes.append(env)
        self.frames.append(frame)
        env.names.update(env_names)
        frame.passed = passed
        phase, conditional, existing = flow.phase, flow.conditional, set(flow.existing)
        rng_scoped, reserved = flow.rng_scoped, flow.reserved
        loops, unsure = flow.loops, flow.unsure
        flow.rng_scoped = 0
        flow.unsure += conditional + loops
        flow.conditional = flow.loops = 0
        start = now()
        is_module = isinstance(receiver, LinenModule) or (
            isinstance(receiver, Instance) and self.is_module(receiver)
        )
        if function.linen == "nowrap":
            is_module = False  # Linen takes the caller's module for the one whose method runs
        if is_module and isinstance(receiver, Instance):
            flow.modules.append(receiver)
            flow.began.append(now())
        place = (id(node), id(function.scope), id(receiver))
        self.active[place] = self.active.get(place, 0) + 1
        self.depth += 1
        try:
            if isinstance(node, ast.Lambda):
                frame.returns.append(self.evaluate(node.body, frame))
                frame.return_existing.append(set(flow.existing))
            else:
                goes_on = self.execute_block(node.body, frame)
                if goes_on:
                    frame.return_existing.append(set(flow.existing))
                    if frame.returns or not frame.yields:
                        frame.returns.append(self.none)
        finally:
            self.depth -= 1
            self.active[place] -= 1
            if is_module:
                flow.modules.pop()
                flow.began.pop()
            flow.phase, flow.conditional = phase, conditional
            flow.loops, flow.unsure = loops, unsure
            flow.rng_scoped, flow.reserved = rng_scoped, reserved
        if frame.return_existing:
            after = set.intersection(*frame.return_existing) | existing
        else:
            after = existing
        flow.existing = after
        value = self.result_of(node, frame)
        return Summary(value, distinct(frame.effects), frame.open_draws, after - existing, start)

    # -- what a file writes to ----------------------------------------------------------------

    def attribute_writes(self, file: ModuleFile) -> frozenset[str]:
        """Names of attributes that the file assigns anywhere but in a constructor."""
        return file.attribute_writes

    def global_writes(self, file: ModuleFile) -> frozenset[str]:
        """Names that some function of the file declares global, and so may change."""
        return file.global_writes

    def changing(self, value: Value) -> Value:
        """What is known of a global that some function rebinds: a constant no longer."""
        return UNKNOWN if isinstance(value, Const) else value

    def construct_effect(self, node: ast.AST, frame: Frame, what: str) -> None:
        """A Haiku module is constructed: an effect only where that must not happen."""
        if self.running_in() == "linen":
            self.haiku_in_linen(node, frame, what)
        elif self.flow.context == "outside":
            self.record(frame, Effect(CONSTRUCT, None, (Step(node, frame.file, what), None)))


def is_number(value: Value) -> bool:
    """Whether the value is a constant number (a bool is none)."""
    return isinstance(value, Const) and type(value.value) in (int, float)


def flow_is_guarded(flow: Flow) -> bool:
    """Whether undecided branches surround the point of evaluation."""
    return flow.conditional > 0
