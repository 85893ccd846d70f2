"""Expressions: what they are known to be."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Env, Frame
from jaxlint.analysis.linen_values import LinenModule, Mutated
from jaxlint.analysis.literals import TABLE, telling
from jaxlint.analysis.transformed import (
    MultiPart,
)
from jaxlint.analysis.values import (
    NONE,
    TRACED,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    InitFlag,
    Instance,
    Mapping,
    OneOf,
    Sequence,
    Symbol,
    Value,
    by_phase,
    derived,
    union,
)

if TYPE_CHECKING:
    from jaxlint.analysis.values import (
        FunctionNode,
    )

MAX_ITEMS = 8
_HANDLERS: dict[type[ast.expr], Callable[..., Value] | None] = {}


class Expressions(Core):
    """Part of the Interpreter: `evaluate` gives the abstract value of an expression."""

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """The value of an expression, with the effects of evaluating it."""
        self.steps += 1
        if self.steps > self.max_steps:
            self.tick()
        kind = type(node)
        try:
            handler = _HANDLERS[kind]
        except KeyError:
            handler = _HANDLERS[kind] = getattr(type(self), f"_eval_{kind.__name__}", None)
        return handler(self, node, frame) if handler is not None else UNKNOWN

    def _eval_Constant(self, node: ast.Constant, frame: Frame) -> Value:
        return Const(node.value)

    def _eval_Name(self, node: ast.Name, frame: Frame) -> Value:
        return self.lookup(node.id, frame.env, frame)

    def _eval_Attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        if isinstance(value, LinenModule):
            return self.linen_attribute(value, node.attr, node, frame)
        return self.get_attribute(value, node.attr, node.value, frame)

    def _eval_Call(self, node: ast.Call, frame: Frame) -> Value:
        return self.evaluate_call(node, frame)

    def _eval_Lambda(self, node: ast.Lambda, frame: Frame) -> Value:
        return self.make_function(node, frame)

    def _eval_Starred(self, node: ast.Starred, frame: Frame) -> Value:
        return self.evaluate(node.value, frame)

    def _eval_Await(self, node: ast.Await, frame: Frame) -> Value:
        return self.evaluate(node.value, frame)

    def _eval_NamedExpr(self, node: ast.NamedExpr, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        self.assign(node.target, value, frame, node.value)
        return value

    def _eval_Yield(self, node: ast.Yield, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame) if node.value is not None else NONE
        frame.yields.append(value)
        frame.yields_scoped = frame.yields_scoped or self.flow.rng_scoped > 0
        return UNKNOWN

    def _eval_YieldFrom(self, node: ast.YieldFrom, frame: Frame) -> Value:
        frame.yields.append(self.element_of(self.evaluate(node.value, frame)))
        return UNKNOWN

    def _eval_JoinedStr(self, node: ast.JoinedStr, frame: Frame) -> Value:
        parts: list[str] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                value = self.evaluate(part.value, frame)
                plain = part.format_spec is None and part.conversion == -1
                if not (plain and isinstance(value, Const)):
                    return UNKNOWN
                parts.append(str(value.value))
            elif isinstance(part, ast.Constant):
                parts.append(str(part.value))
        return Const("".join(parts))

    # -- displays -------------------------------------------------------------------------------

    def _display(self, kind: str, elements: list[ast.expr], frame: Frame) -> Value:
        items: list[Value] = []
        is_open = False
        if len(elements) > TABLE:
            elements, is_open = telling(elements), True
            items.append(UNKNOWN)
        for element in elements:
            if isinstance(element, ast.Starred):
                inner = self.evaluate(element.value, frame)
                known = self.elements(inner)
                if known is None:
                    is_open = True
                    items += list(inner.items) if isinstance(inner, Sequence) else [derived(inner)]
                else:
                    items += known
            else:
                items.append(self.evaluate(element, frame))
        return Sequence(kind, items, is_open)

    def _eval_Tuple(self, node: ast.Tuple, frame: Frame) -> Value:
        return self._display("tuple", node.elts, frame)

    def _eval_List(self, node: ast.List, frame: Frame) -> Value:
        return self._display("list", node.elts, frame)

    def _eval_Set(self, node: ast.Set, frame: Frame) -> Value:
        return self._display("set", node.elts, frame)

    def _eval_Dict(self, node: ast.Dict, frame: Frame) -> Value:
        result = Mapping({})
        keys, values = node.keys, node.values
        if len(keys) > TABLE:
            result.rest = UNKNOWN
            rows = {id(value): key for key, value in zip(keys, values, strict=True)}
            values = telling(values)
            keys = [rows[id(value)] for value in values]
        for key, item in zip(keys, values, strict=True):
            value = self.evaluate(item, frame)
            if key is None:
                if isinstance(value, Mapping):
                    result.items.update(value.items)
                    if value.rest is not None:
                        result.rest = value.rest
                else:
                    result.rest = union([*([result.rest] if result.rest else []), UNKNOWN])
                continue
            name = self.evaluate(key, frame)
            if isinstance(name, Const):
                result.items[name.value] = value
            else:
                result.rest = union([*([result.rest] if result.rest else []), value])
        return result

    # -- comprehensions -------------------------------------------------------------------------

    def _comprehension(
        self,
        generators: list[ast.comprehension],
        frame: Frame,
        produce: Callable[[], None],
    ) -> bool:
        """Run `produce` for each known combination of elements; True if there may be more."""
        start = len(frame.open_draws)
        is_open = self._generate(generators, frame, produce)
        if is_open:
            for site in frame.open_draws[start:]:
                if site.drawn_later is None:
                    site.drawn_later = next((e for e in site.effects if e.kind == "rng"), None)
        return is_open

    def _generate(
        self,
        generators: list[ast.comprehension],
        frame: Frame,
        produce: Callable[[], None],
    ) -> bool:
        if not generators:
            produce()
            return False
        head, rest = generators[0], generators[1:]
        iterable = self.evaluate(head.iter, frame)
        items = self.iterated(iterable)
        is_open = items is None or len(items) > MAX_ITEMS
        if items is None:
            items = [self.element_of(iterable)]
        elif is_open:
            items = [union(items)]
        for item in items:
            # A lambda in the element closes over this element: each has its own scope.
            env, frame.env = frame.env, Env(frame.env, frame.env.frame)
            self.scopes.append(frame.env)
            try:
                self.assign(head.target, item, frame)
                tests = [self.truth(self.evaluate(test, frame))[0] for test in head.ifs]
                if False not in tests:
                    is_open = self._generate(rest, frame, produce) or is_open or None in tests
            finally:
                frame.env = env
        return is_open

    def _eval_ListComp(self, node: ast.ListComp, frame: Frame) -> Value:
        return self._collected("list", node.elt, node.generators, frame)

    def _eval_SetComp(self, node: ast.SetComp, frame: Frame) -> Value:
        return self._collected("set", node.elt, node.generators, frame)

    def _eval_GeneratorExp(self, node: ast.GeneratorExp, frame: Frame) -> Value:
        return self._collected("list", node.elt, node.generators, frame)

    def _collected(
        self, kind: str, element: ast.expr, generators: list[ast.comprehension], frame: Frame
    ) -> Value:
        items: list[Value] = []
        is_open = self._comprehension(
            generators, frame, lambda: items.append(self.evaluate(element, frame))
        )
        return Sequence(kind, items, is_open)

    def _eval_DictComp(self, node: ast.DictComp, frame: Frame) -> Value:
        result = Mapping({})

        def produce() -> None:
            key = self.evaluate(node.key, frame)
            value = self.evaluate(node.value, frame)
            if isinstance(key, Const):
                result.items[key.value] = value
            else:
                result.rest = union([*([result.rest] if result.rest else []), value])

        if self._comprehension(node.generators, frame, produce) and result.rest is None:
            result.rest = union(list(result.items.values()))
        return result

    # -- subscripts -----------------------------------------------------------------------------

    def _eval_Subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        if isinstance(node.slice, ast.Slice):
            bounds = [
                self.evaluate(b, frame) if b is not None else NONE
                for b in (node.slice.lower, node.slice.upper, node.slice.step)
            ]
            if isinstance(value, Sequence):
                limits = [b.value for b in bounds if isinstance(b, Const)]
                known = [n for n in limits if n is None or isinstance(n, int)]
                if len(known) == len(bounds) and not value.open:
                    return Sequence(value.kind, value.items[slice(*known)])
                return Sequence(value.kind, value.items, True)
            return derived(value)
        index = self.evaluate(node.slice, frame)
        found = self.item(value, index, node.value, frame)
        if isinstance(found, Const) and isinstance(node.value, ast.Name):
            # An item of a global container that some function assigns is constant no longer.
            name, file = node.value.id, frame.file
            if name in file.item_writes and frame.env.find(name) is file.env:
                return UNKNOWN
        return found

    def item(self, value: Value, index: Value, node: ast.expr, frame: Frame) -> Value:
        """`value[index]`."""
        if isinstance(value, MultiPart) and isinstance(index, Const):
            if isinstance(value, Mutated) and index.value == 0 and isinstance(node, ast.Call):
                self.dropped(value.call, frame)
            if isinstance(index.value, str):
                self.misused(value, node, frame, f"it is indexed with {index.value!r}")
                return UNKNOWN
        if isinstance(value, OneOf):
            return union([self.item(v, index, node, frame) for v in value.options], value.chosen)
        if isinstance(value, Mapping) and isinstance(index, InitFlag):
            then, other = value.items.get(True), value.items.get(False)
            if then is not None and other is not None:
                return by_phase((index.then, index.other), then, other)
        if isinstance(value, Mapping):
            self.looked_for(value, index, node, frame)
            if isinstance(index, Const):
                if index.value in value.items:
                    return value.items[index.value]
                return value.rest if value.rest is not None else UNKNOWN
            return union(value.values()) if value.items or value.rest else UNKNOWN
        items = self.elements(value)
        if items is None and isinstance(value, Sequence):
            return union(value.items) if value.items else UNKNOWN
        if items is not None:
            if isinstance(index, Const) and isinstance(index.value, int):
                if -len(items) <= index.value < len(items):
                    return items[index.value]
                return UNKNOWN
            return union(items) if items else UNKNOWN
        if isinstance(value, (Symbol, Class)):
            return value  # list[int], Generic[T]
        if isinstance(value, Instance) and value.cls is not None:
            method = self.lookup_class(value.cls, "__getitem__")
            if isinstance(method, Function):
                call = ast.copy_location(ast.Call(node, [], []), node)
                return self.call_value(Bound(method, value), self.plain_args([index]), call, frame)
        return derived(value, index)

    def element_of(self, value: Value) -> Value:
        """What iterating over `value` gives, all elements as one."""
        if isinstance(value, Sequence):
            return union(value.items) if value.items else UNKNOWN
        if isinstance(value, Mapping):
            return union([Const(k) for k in value.items]) if value.items else UNKNOWN
        if isinstance(value, OneOf):
            return union([self.element_of(v) for v in value.options])
        return TRACED if value.traced else UNKNOWN

    def iterated(self, value: Value) -> list[Value] | None:
        """The elements that a loop runs over, if all are known."""
        return self.elements(value)

    # -- where a callee came from -----------------------------------------------------------------

    def passed_frame(self, node: ast.expr | None, frame: Frame) -> Frame | None:
        """The frame that received, as an argument, the object that the expression starts from."""
        base = node
        while isinstance(base, (ast.Attribute, ast.Subscript)):
            base = base.value
        if not isinstance(base, ast.Name):
            return None
        env = frame.env.find(base.id)
        owner = env.frame if env is not None else None
        if owner is None or base.id not in owner.passed:
            return None
        return owner

    def is_passed(self, node: ast.expr, frame: Frame) -> bool:
        """Whether the expression is a parameter that still holds what the caller gave."""
        return isinstance(node, ast.Name) and self.passed_frame(node, frame) is not None

    def passed_from(self, call: ast.AST | None, frame: Frame) -> Frame | None:
        """The frame whose caller supplied the callee of `call`."""
        if id(call) in self.suppliers:
            return self.suppliers[id(call)]
        return self.passed_frame(call.func, frame) if isinstance(call, ast.Call) else None


__all__ = ["Expressions", "FunctionNode"]
