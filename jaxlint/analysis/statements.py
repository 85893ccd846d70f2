"""Statements: in order, with both sides of every branch that is not decided."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import Effect
from jaxlint.analysis.frames import Env, Frame
from jaxlint.analysis.observations import RawSite
from jaxlint.analysis.values import (
    NONE,
    UNKNOWN,
    Class,
    Const,
    Function,
    Instance,
    Mapping,
    Sequence,
    Symbol,
    Value,
    derived,
    union,
)

if TYPE_CHECKING:
    from jaxlint.analysis.values import FunctionNode

EXPECTED_FAILURES = frozenset(
    {"pytest.raises", "pytest.warns", "contextlib.suppress", "jaxlint.expected"}
)
MAX_UNROLLED = 8
_HANDLERS: dict[type[ast.stmt], Callable[..., bool | None] | None] = {}


class Statements(Core):
    """Part of the Interpreter: `execute` returns whether control goes on to the next statement."""

    none: Value = NONE

    def execute_block(self, body: list[ast.stmt], frame: Frame) -> bool:
        """Run statements in order until one of them leaves the block."""
        for statement in body:  # noqa: SIM110 (a generator costs a third more here)
            if not self.execute(statement, frame):
                return False
        return True

    def execute(self, node: ast.stmt, frame: Frame) -> bool:
        """Run one statement."""
        self.steps += 1
        if self.steps > self.max_steps:
            self.tick()
        kind = type(node)
        try:
            handler = _HANDLERS[kind]
        except KeyError:
            handler = _HANDLERS[kind] = getattr(type(self), f"_do_{kind.__name__}", None)
        return handler is None or handler(self, node, frame) is not False

    # -- simple statements ----------------------------------------------------------------------

    def _do_Expr(self, node: ast.Expr, frame: Frame) -> None:
        self.evaluate(node.value, frame)

    def _do_Assign(self, node: ast.Assign, frame: Frame) -> None:
        value = self.evaluate(node.value, frame)
        for target in node.targets:
            self.assign(target, value, frame, node.value)

    def _do_AnnAssign(self, node: ast.AnnAssign, frame: Frame) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, frame), frame, node.value)

    def _do_AugAssign(self, node: ast.AugAssign, frame: Frame) -> None:
        load = _as_load(node.target)
        old = self.evaluate(load, frame)
        new = self.evaluate(node.value, frame)
        if isinstance(old, Sequence) and isinstance(new, Sequence) and isinstance(node.op, ast.Add):
            if old.kind == "list":
                old.items.extend(new.items)
                old.open = old.open or new.open or self.flow.conditional > 0
                result: Value = old
            else:
                result = Sequence(old.kind, old.items + new.items, old.open or new.open)
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            old.items.update(new.items)
            result = old
        else:
            self.check_operand(old, load, frame)
            result = derived(old, new)
        self.assign(node.target, result, frame, node.value)

    def _do_Return(self, node: ast.Return, frame: Frame) -> bool:
        value = self.evaluate(node.value, frame) if node.value is not None else NONE
        frame.returns.append(value)
        frame.return_existing.append(set(self.flow.existing))
        return False

    def _do_Raise(self, node: ast.Raise, frame: Frame) -> bool:
        if node.exc is not None:
            self.evaluate(node.exc, frame)
        return False

    def _do_Break(self, node: ast.Break, frame: Frame) -> bool:
        return False

    def _do_Continue(self, node: ast.Continue, frame: Frame) -> bool:
        return False

    def _do_Assert(self, node: ast.Assert, frame: Frame) -> None:
        self.evaluate(node.test, frame)

    def _do_Delete(self, node: ast.Delete, frame: Frame) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                frame.env.names.pop(target.id, None)

    def _do_Global(self, node: ast.Global, frame: Frame) -> None:
        frame.env.globals.update(node.names)

    def _do_Nonlocal(self, node: ast.Nonlocal, frame: Frame) -> None:
        frame.env.nonlocals.update(node.names)

    def _do_Import(self, node: ast.Import, frame: Frame) -> None:
        self.execute_import(node, frame)

    def _do_ImportFrom(self, node: ast.ImportFrom, frame: Frame) -> None:
        self.execute_import_from(node, frame)

    # -- binding ----------------------------------------------------------------------------------

    def bind_name(self, name: str, value: Value, frame: Frame) -> None:
        """Bind a name in the scope that the frame's declarations say."""
        env = frame.env
        if name in env.globals or name in env.nonlocals:
            outer = (
                env.find(name) if name in env.globals else (env.parent and env.parent.find(name))
            )
            if outer is not None:
                outer.names[name] = union([outer.names[name], value])
                return
        env.names[name] = value
        frame.passed.discard(name)

    def assign(
        self, target: ast.expr, value: Value, frame: Frame, source: ast.expr | None = None
    ) -> None:
        """Bind a target (name, attribute, subscript, or a pattern of them) to a value."""
        if isinstance(target, ast.Name):
            self.bind_name(target.id, value, frame)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value, frame, source)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, frame)
        elif isinstance(target, ast.Attribute):
            owner = self.evaluate(target.value, frame)
            self.set_attribute(owner, target.attr, value, frame, source)
        elif isinstance(target, ast.Subscript):
            owner = self.evaluate(target.value, frame)
            self.set_item(owner, self.evaluate(target.slice, frame), value)

    def _unpack(
        self, targets: list[ast.expr], value: Value, frame: Frame, source: ast.expr | None
    ) -> None:
        starred = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
        if source is not None and starred is None:
            self.check_unpacked(value, len(targets), source, frame)
        items = self.elements(value)
        if items is None or (starred is None and len(items) != len(targets)):
            shared = union(items) if items else derived(value)
            if items is not None and isinstance(value, Sequence) and not value.open:
                shared = UNKNOWN
            for target in targets:
                self.assign(target, shared, frame)
            return
        if starred is None:
            for target, item in zip(targets, items, strict=True):
                self.assign(target, item, frame)
            return
        after = len(targets) - starred - 1
        for target, item in zip(targets[:starred], items, strict=False):
            self.assign(target, item, frame)
        middle = items[starred : len(items) - after]
        self.assign(targets[starred], Sequence("list", middle), frame)
        for target, item in zip(targets[starred + 1 :], items[len(items) - after :], strict=False):
            self.assign(target, item, frame)

    def elements(self, value: Value) -> list[Value] | None:
        """The elements of a sequence of known length, else None."""
        if isinstance(value, Sequence) and not value.open:
            return value.items
        if isinstance(value, Mapping) and value.rest is None:
            return [Const(k) for k in value.items]
        pair = self.pair_parts(value)
        if pair is not None:
            return pair
        if isinstance(value, Instance) and value.cls is not None and value.cls.dataclass:
            fields = self.dataclass_fields(value.cls)
            if any(isinstance(b, Symbol) and b.name == "typing.NamedTuple" for b in value.cls.mro):
                return [value.attrs.get(f, UNKNOWN) for f in fields]
        return None

    def set_item(self, owner: Value, index: Value, value: Value) -> None:
        """`owner[index] = value`."""
        if isinstance(owner, Mapping):
            if isinstance(index, Const) and not self.flow.conditional:
                owner.items[index.value] = value
            else:
                owner.rest = union([*([owner.rest] if owner.rest is not None else []), value])
        elif isinstance(owner, Sequence) and owner.kind == "list":
            owner.items.append(value)
            owner.open = True

    # -- definitions ------------------------------------------------------------------------------

    def _do_FunctionDef(self, node: ast.FunctionDef, frame: Frame) -> None:
        frame.env.names[node.name] = self.decorate(node, self.make_function(node, frame), frame)
        frame.passed.discard(node.name)

    _do_AsyncFunctionDef = _do_FunctionDef

    def make_function(
        self, node: FunctionNode, frame: Frame, owner: Class | None = None
    ) -> Function:
        """The function value of a def or lambda, its defaults evaluated here and now."""
        args = node.args
        defaults = [self.evaluate(d, frame) for d in args.defaults]
        kw_defaults = {
            a.arg: self.evaluate(d, frame)
            for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if d is not None
        }
        made = Function(node, frame.env, frame.file, defaults, kw_defaults, owner)
        if frame.file.linted and not isinstance(node, ast.Lambda):
            self.defined.append(made)
        return made

    def _do_ClassDef(self, node: ast.ClassDef, frame: Frame) -> None:
        bases = [self.evaluate(b, frame) for b in node.bases]
        bases = [self.class_of_base(b) for b in bases]
        cls = Class(node, frame.file, [b for b in bases if not _is_plain_base(b)])
        for base in cls.mro[1:]:
            if isinstance(base, Class):
                base.subclasses.append(cls)
                cls.dataclass = cls.dataclass or base.dataclass
            elif isinstance(base, Symbol) and base.name == "typing.NamedTuple":
                cls.dataclass = True
        frame.env.names[node.name] = cls
        inner = Frame(frame.file, Env(frame.env, frame), None, frame, None)
        inner.env.names = cls.attrs
        self.scopes.append(inner.env)
        self.frames.append(inner)
        for statement in node.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                function = self.make_function(statement, inner, cls)
                # Methods do not see the names of the class body.
                function.scope = frame.env
                cls.attrs[statement.name] = self.decorate(statement, function, inner)
            else:
                self.execute(statement, inner)
        frame.effects.extend(inner.effects)
        frame.env.names[node.name] = self.decorate_class(node, cls, frame)
        self.module_classes.append(cls)

    # -- branches -----------------------------------------------------------------------------

    def _do_If(self, node: ast.If, frame: Frame) -> bool:
        test = self.evaluate(node.test, frame)
        truth, phases = self.truth(test)
        if truth is not None:
            return self.execute_block(node.body if truth else node.orelse, frame)
        return self._both(
            frame,
            lambda: self.execute_block(node.body, frame),
            lambda: self.execute_block(node.orelse, frame),
            phases,
            node.test if phases is None else None,
        )

    def _both(
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
                env.names[name] = value if mine is None else union([value, mine], chosen=by_flag)
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
        self.evaluate(node.subject, frame)
        return self._cases(list(node.cases), frame)

    def _cases(self, cases: list[ast.match_case], frame: Frame) -> bool:
        if not cases:
            return True
        head, rest = cases[0], cases[1:]

        def run() -> bool:
            for inner in ast.walk(head.pattern):
                name = getattr(inner, "name", None) or getattr(inner, "rest", None)
                if isinstance(name, str):
                    self.bind_name(name, UNKNOWN, frame)
            return self.execute_block(head.body, frame)

        return self._both(frame, run, lambda: self._cases(rest, frame), None)

    def _do_Try(self, node: ast.Try, frame: Frame) -> bool:
        goes_on = self.execute_block(node.body, frame)
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
            result = self._both(frame, caught, lambda: goes_on, None)
            any_handler = any_handler or result
        goes_on = goes_on or any_handler
        return self.execute_block(node.finalbody, frame) and goes_on

    _do_TryStar = _do_Try

    def _do_With(self, node: ast.With, frame: Frame) -> bool:
        flow = self.flow
        quiet, scoped = flow.quiet, flow.rng_scoped
        for item in node.items:
            value = self.evaluate(item.context_expr, frame)
            kind = self.context_kind(value, item.context_expr, frame)
            if kind == "raises":
                flow.quiet += 1
            elif kind == "with-rng":
                flow.rng_scoped += 1
            if item.optional_vars is not None:
                self.assign(item.optional_vars, self.entered(value), frame)
        goes_on = self.execute_block(node.body, frame)
        expected = flow.quiet > quiet
        flow.quiet, flow.rng_scoped = quiet, scoped
        return goes_on or expected

    _do_AsyncWith = _do_With

    # -- loops ------------------------------------------------------------------------------------

    def _do_For(self, node: ast.For, frame: Frame) -> bool:
        iterable = self.evaluate(node.iter, frame)
        items = self.iterated(iterable)
        start = len(frame.open_draws)
        if items is not None and len(items) <= MAX_UNROLLED:
            goes_on = True
            for item in items:
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
        truth, _ = self.truth(test)
        if truth is False:
            return self.execute_block(node.orelse, frame)
        self._loop_body(node.body, frame, len(frame.open_draws))
        if truth is True and not _has_break(node.body):
            return False
        return self.execute_block(node.orelse, frame)

    def _loop_body(
        self, body: list[ast.stmt], frame: Frame, start: int, certain: bool = False
    ) -> bool:
        """A body that runs any number of times: once, joined with not at all unless `certain`."""
        before = len(self.observations)
        if certain:
            self.execute_block(body, frame)
            result = True
        else:
            result = self._both(frame, lambda: self.execute_block(body, frame), lambda: True, None)
        for site in frame.open_draws[start:]:
            if site.drawn_later is None and site.effects:
                site.drawn_later = next((e for e in site.effects if e.kind == "rng"), None)
        for observation in self.observations[before:]:
            if isinstance(observation, RawSite):
                observation.in_loop = True
        return result


def _differ(before: dict[str, Value], after: dict[str, Value]) -> bool:
    """Whether some name is bound anew."""
    return len(before) != len(after) or any(before.get(n) is not v for n, v in after.items())


_PLAIN_TESTS = frozenset(
    {"isinstance", "len", "callable", "hasattr", "bool", "any", "all", "getattr"}
)


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.copy_location(ast.Name(target.id, ast.Load()), target)
    return target


def _is_plain_base(base: Value) -> bool:
    return isinstance(base, Symbol) and base.name in (
        "builtins.object",
        "typing.Generic",
        "typing.Protocol",
        "abc.ABC",
    )


def _is_import_fallback(node: ast.Try) -> bool:
    return all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in node.body)


def _leaves(body: list[ast.stmt]) -> bool:
    """Whether the block ends by leaving the function, as far as its last statement tells."""
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise))


def _has_break(body: list[ast.stmt]) -> bool:
    return any(isinstance(n, (ast.Break, ast.Return)) for s in body for n in ast.walk(s))
