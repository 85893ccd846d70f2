"""What becomes of what a Haiku init or apply returned."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import Mutated
from jaxlint.analysis.observations import (
    ResultMisuse,
)
from jaxlint.analysis.transformed import (
    MultiPart,
    Pair,
    PairFunction,
    RunResult,
    Variables,
)
from jaxlint.analysis.values import (
    NONE,
    Sequence,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile


def blamed(
    call: ast.AST, caller: Frame, node: ast.AST, frame: Frame
) -> tuple[ast.AST, Frame, tuple[ast.AST, ModuleFile] | None]:
    """Where the misuse of what `call` gave belongs, and the use if that is another place.

    It is the call that has to be unpacked, in the function that makes it; a function that returns
    the result as it is may have other callers, which unpack it.
    """
    if any(each is caller for each in frame.ancestors()):
        return call, caller, (node, frame.file) if node is not call else None
    return node, frame, None


class Results(Core):
    """Part of the Interpreter: results used with the wrong number of parts."""

    def misused(self, value: MultiPart, node: ast.AST, frame: Frame, problem: str) -> None:
        """A with-state pair's result is used as one value."""
        if isinstance(value, Mutated):
            self.linen_misused(value, node, frame, problem)
        if not isinstance(value, RunResult):
            return
        at, where, use = blamed(value.call, value.frame, node, frame)
        self.observe(ResultMisuse(at, where.file, where, value.pair, value.which, problem, use))

    def check_operand(
        self, value: Value, node: ast.expr, frame: Frame, other: Value = NONE
    ) -> None:
        """The value stands where one array is wanted."""
        if isinstance(value, MultiPart) and not isinstance(other, Sequence):
            self.misused(value, node, frame, "it is used as one value")

    def check_unpacked(
        self, value: Value, targets: list[ast.expr], source: ast.expr, frame: Frame
    ) -> None:
        """The value is unpacked into `targets`.

        An array may well be unpacked into its rows: the output of a plain pair counts only where
        the second part is put to no use that an array has.
        """
        count = len(targets)
        if isinstance(value, MultiPart):
            if count != len(value.items):
                self.misused(value, source, frame, f"it is unpacked into {count} names")
            return
        self.check_linen_unpacked(value, targets, source, frame)
        call = source if isinstance(source, ast.Call) else None
        run: tuple[Pair, str] | None = None
        if isinstance(value, Variables) and value.slot == "params" and not value.pair.stateful:
            run = (value.pair, "init")
        elif call is not None and isinstance(value, Unknown) and value.is_array and count == 2:
            function = self.evaluate(call.func, frame)
            scope = frame.scope
            if (
                isinstance(function, PairFunction)
                and not function.pair.stateful
                and not counts_as_array(targets[1], scope)
            ):
                run = (function.pair, "apply")
        if run is not None:
            self.observe(
                ResultMisuse(
                    source,
                    frame.file,
                    frame,
                    pair=run[0],
                    which=run[1],
                    problem=f"its one value is unpacked into {count} names",
                    names=count,
                )
            )


def counts_as_array(target: ast.expr, scope: ast.AST) -> bool:
    """Whether the name is an operand, is indexed, or is an argument of anything but an apply."""
    if not isinstance(target, ast.Name):
        return True
    for node in ast.walk(scope):
        parts: list[ast.expr] = []
        if isinstance(node, ast.BinOp):
            parts = [node.left, node.right]
        elif isinstance(node, ast.UnaryOp):
            parts = [node.operand]
        elif isinstance(node, ast.Subscript):
            parts = [node.value]
        elif isinstance(node, ast.Call):
            if not (isinstance(node.func, ast.Attribute) and node.func.attr == "apply"):
                parts = [*node.args, *(k.value for k in node.keywords)]
        if any(isinstance(p, ast.Name) and p.id == target.id for p in parts):
            return True
    return False
