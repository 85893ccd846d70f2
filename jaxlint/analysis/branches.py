"""Branches and loops: both sides of what is not decided, joined afterwards."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import Effect
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.observations import RawSite
from jaxlint.analysis.values import (
    UNKNOWN,
    Class,
    Function,
    InitFlag,
    OneOf,
    Sequence,
    Symbol,
    Value,
    by_phase,
    union,
)

if TYPE_CHECKING:
    pass

MAX_UNROLLED = 8


def _differ(before: dict[str, Value], after: dict[str, Value]) -> bool:
    """Whether some name is bound anew."""
    return len(before) != len(after) or any(before.get(n) is not v for n, v in after.items())


_PLAIN_TESTS = frozenset(
    {"isinstance", "len", "callable", "hasattr", "bool", "any", "all", "getattr"}
)


def _is_import_fallback(node: ast.Try) -> bool:
    return all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in node.body)


def _leaves(body: list[ast.stmt]) -> bool:
    """Whether the block ends by leaving the function, as far as its last statement tells."""
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise))


def _has_break(body: list[ast.stmt]) -> bool:
    return any(isinstance(n, (ast.Break, ast.Return)) for s in body for n in ast.walk(s))


class Branches(Core):
    """Part of the Interpreter: statements that hold other statements."""

    def _do_If(self, node: ast.If, frame: Frame) -> bool:
        test = self.evaluate(node.test, frame)
        truth, phases = self.truth(test)
        if truth is not None:
            return self.execute_block(node.body if truth else node.orelse, frame)
        narrowed = self._narrowed(node.test, frame)

        def side(body: list[ast.stmt], holds: bool) -> bool:
            for target, kept in narrowed.get(holds, ()):
                self.assign(target, kept, frame)
            return self.execute_block(body, frame)

        try:
            return self.run_both(
                frame,
                lambda: side(node.body, True),
                lambda: side(node.orelse, False),
                phases,
                node.test if phases is None else None,
            )
        finally:
            for target, whole in narrowed.get(None, ()):
                if isinstance(target, ast.Attribute):
                    self.assign(target, whole, frame)

    def _narrowed(
        self, test: ast.expr, frame: Frame
    ) -> dict[bool | None, list[tuple[ast.expr, Value]]]:
        """What `isinstance(name, cls)` leaves of a union on each side (None: what it was)."""
        if not (isinstance(test, ast.Call) and len(test.args) == 2 and not test.keywords):
            return {}
        target = test.args[0]
        function = self.evaluate(test.func, frame)
        if not (isinstance(function, Symbol) and function.name == "builtins.isinstance"):
            return {}
        if not isinstance(target, (ast.Name, ast.Attribute)):
            return {}
        value = self.evaluate(target, frame)
        if not isinstance(value, OneOf):
            return {}
        cls = self.evaluate(test.args[1], frame)
        sides: dict[bool, list[Value]] = {True: [], False: []}
        for option in value.options:
            answer = self.call_symbol("builtins.isinstance", Args([option, cls]), test, frame)
            truth = self.truth(answer)[0]
            for holds in (True, False):
                if truth is None or truth is holds:
                    sides[holds].append(option)
        found: dict[bool | None, list[tuple[ast.expr, Value]]] = {
            holds: [(target, union(kept) if kept else UNKNOWN)] for holds, kept in sides.items()
        }
        found[None] = [(target, value)]
        return found

    def run_both(
        self,
        frame: Frame,
        then: Callable[[], bool],
        other: Callable[[], bool],
        phases: tuple[str | None, str | None] | None,
        test: ast.expr | None = None,
    ) -> bool:
        """Run both sides of a branch, each on its own copy of the path, and join what remains.

        phases: what each side knows of the phase. test: decides, if its meaning is not known. If it
        reads a flag (a global, or what a call returns), one side may be for init only, so that an
        effect of one side cannot be held against a raw transform of the other.
        """
        flow, env = self.flow, frame.env
        names, passed = dict(env.names), set(frame.passed)
        existing, phase, conditional = set(flow.existing), flow.phase, flow.conditional
        before = len(self.observations)
        undecided = 0 if phases is not None and None not in phases else 1

        def side(run: Callable[[], bool], side_phase: str | None) -> tuple[bool, list[Effect]]:
            flow.conditional = conditional + undecided
            if side_phase is not None:
                flow.phase = side_phase
            count = len(frame.effects)
            goes_on = run()
            return goes_on, frame.effects[count:]

        first_on, first_effects = side(then, phases[0] if phases else None)
        first = (dict(env.names), set(frame.passed), set(flow.existing), flow.phase)
        middle = len(self.observations)
        env.names.clear()
        env.names.update(names)
        frame.passed = passed
        flow.existing, flow.phase = existing, phase
        groups = self.flag_groups
        by_flag = False
        if test is not None and (
            first_effects or middle > before or not first_on or _differ(names, first[0])
        ):
            by_flag = self.is_flag_test(test, frame)
        if by_flag:
            self.flag_groups = groups | {(e.kind, e.subject) for e in first_effects}
        second_on, second_effects = side(other, phases[1] if phases else None)
        if by_flag:
            self.forgive(before, middle, {(e.kind, e.subject) for e in second_effects})
            if first_on or not second_on:
                self.flag_groups = groups
        flow.conditional = conditional
        if by_flag and not (first_on and second_on):
            frame.returns_by_flag = True
        if first_on and second_on:
            env_first, passed_first, existing_first, phase_first = first
            changed = [(n, v) for n, v in env_first.items() if env.names.get(n) is not v]
            for name, value in changed:
                mine = env.names.get(name)
                if mine is None:
                    env.names[name] = value
                elif by_flag:
                    env.names[name] = union([value, mine], chosen=True)
                else:
                    env.names[name] = by_phase(phases, value, mine)
            frame.passed &= passed_first
            if phases == ("init", "apply"):
                flow.existing |= existing_first  # at apply, what init created is there
            elif phases != ("apply", "init"):
                flow.existing &= existing_first
            flow.phase = phase_first if phase_first == flow.phase else phase
            return True
        if first_on:
            env.names.clear()
            env.names.update(first[0])
            frame.passed, flow.existing, flow.phase = first[1], first[2], first[3]
        if first_on != second_on:
            flow.conditional = conditional + undecided
        return first_on or second_on

    def forgive(self, start: int, end: int, groups: set[Hashable]) -> None:
        """Drop the effects in `groups` from the raw sites seen in a stretch of observations."""
        for observation in self.observations[start:end]:
            if isinstance(observation, RawSite):
                observation.effects = [
                    e for e in observation.effects if (e.kind, e.subject) not in groups
                ]

    def is_flag_test(self, test: ast.expr, frame: Frame) -> bool:
        """Whether a test reads global state: a module-level name, or what a call returns."""
        for node in ast.walk(test):
            if isinstance(node, ast.Call):
                if not (isinstance(node.func, ast.Name) and node.func.id in _PLAIN_TESTS):
                    return True
            elif isinstance(node, ast.Name):
                env = frame.env.find(node.id)
                if env is not None and env is frame.file.env:
                    if not isinstance(env.names[node.id], (Symbol, Function, Class)):
                        return True
        return False

    def _do_Match(self, node: ast.Match, frame: Frame) -> bool:
        subject = self.evaluate(node.subject, frame)
        return self._cases(list(node.cases), subject, frame)

    def _cases(self, cases: list[ast.match_case], subject: Value, frame: Frame) -> bool:
        if not cases:
            return True
        head, rest = cases[0], cases[1:]

        def run() -> bool:
            for inner in ast.walk(head.pattern):
                name = getattr(inner, "name", None) or getattr(inner, "rest", None)
                if isinstance(name, str):
                    self.bind_name(name, UNKNOWN, frame)
            return self.execute_block(head.body, frame)

        phases = None
        pattern = head.pattern
        if isinstance(subject, InitFlag) and isinstance(pattern, ast.MatchSingleton):
            if head.guard is None and isinstance(pattern.value, bool):
                flag = subject if pattern.value else InitFlag(subject.other, subject.then)
                truth, phases = self.truth(flag)
                if truth is not None:
                    return run() if truth else self._cases(rest, subject, frame)
        return self.run_both(frame, run, lambda: self._cases(rest, subject, frame), phases)

    def _do_Try(self, node: ast.Try, frame: Frame) -> bool:
        # What a handler may catch is not certain to happen.
        caught_here = bool(node.handlers) and not _is_import_fallback(node)
        self.flow.conditional += caught_here
        self.flow.caught += caught_here
        goes_on = self.execute_block(node.body, frame)
        self.flow.conditional -= caught_here
        self.flow.caught -= caught_here
        if goes_on:
            goes_on = self.execute_block(node.orelse, frame)
        any_handler = False
        for handler in node.handlers:

            def caught(handler: ast.ExceptHandler = handler) -> bool:
                if handler.name:
                    self.bind_name(handler.name, UNKNOWN, frame)
                return self.execute_block(handler.body, frame)

            if _is_import_fallback(node):
                # A fallback for a missing package: the names of the body stay as they are.
                continue
            result = self.run_both(frame, caught, lambda: goes_on, None)
            any_handler = any_handler or result
        goes_on = goes_on or any_handler
        return self.execute_block(node.finalbody, frame) and goes_on

    _do_TryStar = _do_Try

    def _do_With(self, node: ast.With, frame: Frame) -> bool:
        flow = self.flow
        quiet, scoped, context = flow.quiet, flow.rng_scoped, flow.context
        failures = flow.expected
        for item in node.items:
            value = self.evaluate(item.context_expr, frame)
            kind = self.context_kind(value, item.context_expr, frame)
            if kind == "raises":
                flow.quiet += 1
                flow.expected += 1
            elif kind == "root":
                flow.context = "inside"
            elif kind == "with-rng":
                flow.rng_scoped += 1
            if item.optional_vars is not None:
                self.assign(item.optional_vars, self.entered(value), frame)
        goes_on = self.execute_block(node.body, frame)
        expected, flow.expected = flow.expected > failures, failures
        flow.quiet, flow.rng_scoped, flow.context = quiet, scoped, context
        return goes_on or expected

    _do_AsyncWith = _do_With

    def _do_For(self, node: ast.For, frame: Frame) -> bool:
        iterable = self.evaluate(node.iter, frame)
        items = self.iterated(iterable)
        start = len(frame.open_draws)
        if items is not None and len(items) <= MAX_UNROLLED:
            goes_on = True
            for item in list(items):
                self.assign(node.target, item, frame)
                if not self.execute_block(node.body, frame):
                    goes_on = not _leaves(node.body)
                    break
            if not items:
                return self.execute_block(node.orelse, frame)
            if goes_on:
                goes_on = self.execute_block(node.orelse, frame)
            return goes_on
        element = union(list(items)) if items else self.element_of(iterable)
        self.assign(node.target, element, frame)
        certain = bool(items) or (isinstance(iterable, Sequence) and iterable.kind == "range")
        self._loop_body(node.body, frame, start, certain)
        return self.execute_block(node.orelse, frame)

    _do_AsyncFor = _do_For

    def _do_While(self, node: ast.While, frame: Frame) -> bool:
        test = self.evaluate(node.test, frame)
        truth, phases = self.truth(test)
        if truth is False:
            return self.execute_block(node.orelse, frame)
        if phases is not None:
            # `while hk.running_init(): ... break`: an init guard in the shape of a loop.
            return self.run_both(
                frame,
                lambda: self.execute_block(node.body, frame) or _has_break(node.body),
                lambda: self.execute_block(node.orelse, frame),
                phases,
            )
        self._loop_body(node.body, frame, len(frame.open_draws))
        if truth is True and not _has_break(node.body):
            return False
        return self.execute_block(node.orelse, frame)

    def _loop_body(
        self, body: list[ast.stmt], frame: Frame, start: int, certain: bool = False
    ) -> bool:
        """A body that runs any number of times: once, joined with not at all unless `certain`."""
        before = len(self.observations)
        self.flow.loops += 1
        if certain:
            self.execute_block(body, frame)
            result = True
        else:
            result = self.run_both(
                frame, lambda: self.execute_block(body, frame), lambda: True, None
            )
        self.flow.loops -= 1
        for site in frame.open_draws[start:]:
            if site.drawn_later is None and site.effects:
                site.drawn_later = next((e for e in site.effects if e.kind == "rng"), None)
        for observation in self.observations[before:]:
            if isinstance(observation, RawSite):
                observation.in_loop = True
        return result
