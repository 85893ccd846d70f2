"""Statements: in order, with both sides of every branch that is not decided."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Env, Frame
from jaxlint.analysis.linen_values import Collection, Mutated, Variables
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
    from jaxlint.analysis.values import (
        FunctionNode,
    )

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
        value = self.evaluate(node.value, frame)
        if isinstance(value, Mutated):
            self.dropped(value.call, frame)

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
                flow = self.flow
                if name in env.globals or flow.phase or flow.unsure or not flow.is_certain:
                    value = union([outer.names[name], value])
                else:
                    self.changes += 1
                outer.names[name] = value
                return
        env.names[name] = value
        frame.passed.discard(name)

    def assign(
        self, target: ast.expr, value: Value, frame: Frame, source: ast.expr | None = None
    ) -> None:
        """Bind a target (name, attribute, subscript, or a pattern of them) to a value."""
        if isinstance(target, ast.Name):
            self.bind_name(target.id, value, frame)
            if isinstance(value, Collection) or (isinstance(value, Variables) and value.updates):
                self.check_kept(value, target.id, frame)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value, frame, source)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, frame)
        elif isinstance(target, ast.Attribute):
            owner = self.evaluate(target.value, frame)
            self.set_attribute(owner, target.attr, value, frame, source, target)
        elif isinstance(target, ast.Subscript):
            owner = self.evaluate(target.value, frame)
            self.set_item(owner, self.evaluate(target.slice, frame), value)

    def _unpack(
        self, targets: list[ast.expr], value: Value, frame: Frame, source: ast.expr | None
    ) -> None:
        starred = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
        if source is not None and starred is None:
            self.check_unpacked(value, targets, source, frame)
        items = self.elements(value)
        if items is None or (starred is None and len(items) != len(targets)):
            shared = union(items) if items else derived(value)
            if items is None and isinstance(value, Sequence):
                shared = self.element_of(value)
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
        cls.dataclass = cls.dataclass or self.linen_base(cls) is not None
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
