"""What becomes of what an init or apply of Linen returned."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import (
    Collection,
    LinenOutput,
    LinenRun,
    Mutated,
    Variables,
)
from jaxlint.analysis.observations import LinenDropped, LinenResult, LinenUnsown
from jaxlint.analysis.results import blamed, counts_as_array
from jaxlint.analysis.values import (
    Const,
    Value,
)

if TYPE_CHECKING:
    pass


class LinenResults(Core):
    """Part of the Interpreter: what programs do with outputs and updates."""

    def linen_misused(self, value: Mutated, node: ast.AST, frame: Frame, problem: str) -> None:
        """The pair that an apply with mutable collections returns is used as the output."""
        if self.flow.expected or self.flow.caught:
            return
        run = value.call
        at, where, use = blamed(run.node, run.frame, node, frame)
        self.observe(LinenResult(at, where.file, where, run, problem, unpacked=False, use=use))

    def dropped(self, run: LinenRun, frame: Frame) -> None:
        """The updates of the run go nowhere."""
        if run.mode != "apply" or self.flow.expected or self.flow.caught or in_test(frame):
            return
        if run.of_bound:
            return
        self.dropping.add(id(run.node))
        self.observe(
            LinenDropped(
                run.node,
                frame.file,
                frame,
                run,
                self.updating,
                self.dropping,
                self.linen_runs,
                _is_repeated(run),
            )
        )

    def looked_for(self, value: Value, key: Value, node: ast.AST, frame: Frame) -> None:
        """`updates["losses"]`, `updates.get(...)`: whether a sown collection cannot be there."""
        if not isinstance(value, Variables) or not isinstance(key, Const):
            return
        name, made = key.value, value.call
        asks = isinstance(node, ast.Compare) or not self.flow.is_certain
        if made.of_bound and (name in value.items or asks):
            return  # it was there before, or the caller asks whether it is
        runs = [made]
        if not value.updates:
            # What init sowed is looked at, where an apply of the same model sows anew.
            runs = [
                r
                for r in self.linen_runs
                if r.mode == "apply" and r.model is made.model and r.frame is frame
            ]
        for run in runs:
            if not isinstance(name, str) or name not in run.sown or run.mode != "apply":
                continue
            if run.mutable is None or run.mutable.has(name) or run.file is None:
                continue
            self.observe(LinenUnsown(node, run.file, frame, run, name, run.sown[name]))

    def check_kept(self, value: Variables | Collection, name: str, frame: Frame) -> None:
        """A name is bound to the updates of an apply: whether anything in its scope reads it."""
        if value.call is None:
            return
        scope = frame.scope
        if isinstance(value, Collection) and not _is_bound_in_loop(name, scope):
            return  # a part of the updates, which the caller of a single step may not want
        for node in ast.walk(scope):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                return
            if isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names:
                return
        self.dropped(value.call, frame)

    def check_linen_unpacked(
        self, value: Value, targets: list[ast.expr], source: ast.expr, frame: Frame
    ) -> None:
        """One output is unpacked as if it were `(output, updates)`."""
        if len(targets) != 2 or not isinstance(value, LinenOutput):
            return
        scope = frame.scope
        if counts_as_array(targets[1], scope) or self.flow.expected or self.flow.caught:
            return
        count, call = len(targets), value.call
        problem = f"its one output is unpacked into {count} names"
        self.observe(
            LinenResult(source, frame.file, frame, call, problem, unpacked=True, names=count)
        )


def _is_repeated(run: LinenRun) -> bool:
    """Whether the call is one step of several, as far as its text tells: a function with arguments
    is called for each batch, and a loop goes round."""
    function = run.frame.function if run.frame is not None else None
    scope = function.node if function is not None else run.file.tree if run.file else None
    if function is not None and len(function.node.args.args) > (function.owner is not None):
        return True
    return scope is not None and any(
        inner is run.node
        for loop in ast.walk(scope)
        if isinstance(loop, (ast.For, ast.While))
        for inner in ast.walk(loop)
    )


def _is_bound_in_loop(name: str, scope: ast.AST) -> bool:
    """Whether a loop of the scope binds the name."""
    return any(
        isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Store)
        for loop in ast.walk(scope)
        if isinstance(loop, (ast.For, ast.While))
        for statement in loop.body
        for inner in ast.walk(statement)
    )


def in_test(frame: Frame) -> bool:
    """Whether a test runs this: what it throws away, nobody needs."""
    for each in frame.ancestors():
        function = each.function
        if function is not None and function.name.startswith("test"):
            name = os.path.basename(function.file.path)
            if function.owner is not None or name.startswith("test") or name.endswith("_test.py"):
                return True
    return False
