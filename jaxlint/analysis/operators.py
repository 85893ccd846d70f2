"""Operators: arithmetic and comparison of constants, and the truth of a test."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import LinenMethod
from jaxlint.analysis.transformed import (
    Lifted,
    MultiPart,
    Pair,
    PairFunction,
    Transformed,
)
from jaxlint.analysis.values import (
    ARRAY,
    FALSE,
    TRACED_ARRAY,
    TRUE,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    InitFlag,
    Instance,
    Mapping,
    ModuleValue,
    Partial,
    Sequence,
    Symbol,
    Unknown,
    Value,
    by_phase,
    derived,
    union,
)

if TYPE_CHECKING:
    pass

MAX_ITEMS = 8


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


_METHODS: dict[type[ast.operator], str] = {
    ast.Add: "__add__",
    ast.Sub: "__sub__",
    ast.Mult: "__mul__",
    ast.MatMult: "__matmul__",
    ast.Div: "__truediv__",
    ast.BitOr: "__or__",
    ast.BitAnd: "__and__",
    ast.RShift: "__rshift__",
    ast.LShift: "__lshift__",
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


_OBJECTS = (
    Function,
    Class,
    Instance,
    Bound,
    Partial,
    Symbol,
    Pair,
    PairFunction,
    Transformed,
    Lifted,
    LinenMethod,
    ModuleValue,
)


def _identical(left: Value, right: Value) -> bool | None:
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value is right.value or (
            type(left.value) is type(right.value) and left.value == right.value
        )
    for a, b in ((left, right), (right, left)):
        if isinstance(b, Const) and b.value is None:
            if isinstance(a, (*_OBJECTS, Sequence, Mapping)):
                return False
            if isinstance(a, Unknown) and (a.is_array or a.is_key):
                return False
    return None


def _constant(function: Callable[[Any, Any], Any] | None, left: Any, right: Any) -> Value:
    """Fold small constants; anything that fails or grows is unknown."""
    if function is None:
        return UNKNOWN
    small = (int, float, bool, type(None))
    if not (isinstance(left, small) and isinstance(right, small)):
        if not (isinstance(left, str) and isinstance(right, str) and len(left) + len(right) < 200):
            return UNKNOWN
        if function is operator.mod:
            return UNKNOWN
    try:
        result = function(left, right)
    except (TypeError, ValueError, ArithmeticError):
        return UNKNOWN
    if isinstance(result, int) and abs(result) > 10**12:
        return UNKNOWN
    return Const(result)


class Operators(Core):
    """Part of the Interpreter: operators and conditional expressions."""

    def truth(self, value: Value) -> tuple[bool | None, tuple[str | None, str | None] | None]:
        """Whether a test holds (None: undecided), and what each side then knows of the phase."""
        if isinstance(value, Const):
            return bool(value.value), None
        if isinstance(value, InitFlag):
            phase = self.flow.phase
            if self.flow.linen is not None:
                self.flow.linen.guarded = True
            if phase is not None:
                if value.then is not None and value.then != phase:
                    return False, None
                if value.other is not None and value.other != phase:
                    return True, None
                return None, None
            return None, (value.then, value.other)
        if isinstance(value, Sequence) and not value.open:
            return bool(value.items), None
        if isinstance(value, Mapping) and value.rest is None:
            return bool(value.items), None
        if isinstance(value, _OBJECTS):
            if isinstance(value, Instance) and value.cls is not None:
                if self.lookup_class(value.cls, "__bool__") or self.lookup_class(
                    value.cls, "__len__"
                ):
                    return None, None
            if isinstance(value, Symbol):
                return None, None
            return True, None
        return None, None

    def _eval_BoolOp(self, node: ast.BoolOp, frame: Frame) -> Value:
        conjunction = isinstance(node.op, ast.And)
        values: list[Value] = []
        conditional = self.flow.conditional
        phase = self.flow.phase
        result: Value | None = None
        for operand in node.values:
            value = self.evaluate(operand, frame)
            truth, phases = self.truth(value)
            if truth is not None:
                if truth is not conjunction:
                    values.append(value)
                    if len(values) == 1 or all(not isinstance(v, InitFlag) for v in values):
                        result = value if len(values) == 1 else None
                    break
                if operand is node.values[-1]:
                    values.append(value)
                continue
            values.append(value)
            if phases is not None:
                known = phases[0] if conjunction else phases[1]
                if known is not None:
                    self.flow.phase = known
                    continue
            self.flow.conditional += 1
        self.flow.conditional, self.flow.phase = conditional, phase
        if result is not None:
            return result
        flags = [v for v in values if isinstance(v, InitFlag)]
        if flags:
            alone = len(values) == 1
            if conjunction:
                then = next((f.then for f in flags if f.then), None)
                return InitFlag(then, flags[0].other if alone else None)
            other = next((f.other for f in flags if f.other), None)
            return InitFlag(flags[0].then if alone else None, other)
        return union(values) if values else UNKNOWN

    def _eval_UnaryOp(self, node: ast.UnaryOp, frame: Frame) -> Value:
        value = self.evaluate(node.operand, frame)
        if isinstance(node.op, ast.Not):
            if isinstance(value, InitFlag):
                return InitFlag(value.other, value.then)
            truth, _ = self.truth(value)
            return UNKNOWN if truth is None else (FALSE if truth else TRUE)
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            if isinstance(node.op, ast.USub):
                return Const(-value.value)
        self.check_operand(value, node.operand, frame)
        return value if isinstance(value, Unknown) else derived(value)

    def _eval_BinOp(self, node: ast.BinOp, frame: Frame) -> Value:
        left = self.evaluate(node.left, frame)
        right = self.evaluate(node.right, frame)
        if isinstance(left, Instance) and left.cls is not None:
            method = self.lookup_class(left.cls, _METHODS.get(type(node.op), ""))
            if isinstance(method, Function):
                return self.call_value(Bound(method, left), self.plain_args([right]), node, frame)
        if isinstance(left, Sequence) and not isinstance(left, MultiPart):
            if isinstance(node.op, ast.Add) and isinstance(right, Sequence):
                return Sequence(left.kind, left.items + right.items, left.open or right.open)
            if isinstance(node.op, ast.Mult):
                times = right.value if isinstance(right, Const) else None
                if isinstance(times, int) and len(left.items) * times <= MAX_ITEMS:
                    return Sequence(left.kind, left.items * times, left.open)
                return Sequence(left.kind, left.items, True)
        if isinstance(left, Mapping) and isinstance(right, Mapping):
            if isinstance(node.op, ast.BitOr):
                rest = [r for r in (left.rest, right.rest) if r is not None]
                return Mapping({**left.items, **right.items}, union(rest) if rest else None)
        if isinstance(left, Const) and isinstance(right, Const):
            return _constant(_ARITHMETIC.get(type(node.op)), left.value, right.value)
        self.check_operand(left, node.left, frame, right)
        self.check_operand(right, node.right, frame, left)
        arrays = [isinstance(v, Unknown) and v.is_array for v in (left, right)]
        if any(arrays) and all(
            a or isinstance(v, Const) for a, v in zip(arrays, (left, right), strict=True)
        ):
            return TRACED_ARRAY if left.traced or right.traced else ARRAY
        return derived(left, right)

    def _eval_Compare(self, node: ast.Compare, frame: Frame) -> Value:
        left = self.evaluate(node.left, frame)
        rights = [self.evaluate(c, frame) for c in node.comparators]
        if len(rights) != 1:
            return derived(left, *rights)
        right, op = rights[0], node.ops[0]
        if isinstance(left, InitFlag) and isinstance(right, Const) and type(right.value) is bool:
            if isinstance(op, (ast.Is, ast.Eq, ast.IsNot, ast.NotEq)):
                kept = right.value is isinstance(op, (ast.Is, ast.Eq))
                return left if kept else InitFlag(left.other, left.then)
        if isinstance(op, (ast.Is, ast.IsNot)):
            same = _identical(left, right)
            if same is None:
                return UNKNOWN
            return TRUE if same is isinstance(op, ast.Is) else FALSE
        if isinstance(left, Const) and isinstance(right, Const):
            return _constant(_COMPARE.get(type(op)), left.value, right.value)
        if isinstance(op, (ast.In, ast.NotIn)) and isinstance(left, Const):
            self.looked_for(right, left, node, frame)
            items = self.elements(right)
            if items is not None and all(isinstance(i, Const) for i in items):
                inside = any(isinstance(i, Const) and i.value == left.value for i in items)
                return TRUE if inside is isinstance(op, ast.In) else FALSE
        return derived(left, *rights)

    def _eval_IfExp(self, node: ast.IfExp, frame: Frame) -> Value:
        test = self.evaluate(node.test, frame)
        truth, phases = self.truth(test)
        if truth is not None:
            return self.evaluate(node.body if truth else node.orelse, frame)
        results: list[Value] = []

        def side(branch: ast.expr) -> bool:
            results.append(self.evaluate(branch, frame))
            return True

        self.run_both(
            frame,
            lambda: side(node.body),
            lambda: side(node.orelse),
            phases,
            node.test if phases is None else None,
        )
        if phases is not None and None not in phases:
            return by_phase(phases, *results)
        return union(results, chosen=True)
