"""Put a counter around the flagged expression in a loaded copy of the user's file.

With `S` for `__jaxlint_site__`, the flagged call `F(*args)` becomes `S.callee(S.mark(), F)(*args)`,
any other flagged expression `E` becomes `S.value(S.mark(), E)`: it runs in the same place, with the
same line numbers, and what it was and gave can be seen. Nothing is written to disk.
"""

from __future__ import annotations

import ast
from typing import Any

from jaxlint.finding import Span

HOOK = "__jaxlint_site__"
NEEDS_ITS_FRAME = {"super", "locals", "globals", "vars", "dir", "eval", "exec", "breakpoint"}


def byte_column(line: str, column: int) -> int:
    """The 0-based UTF-8 offset (as `ast` counts) of the 1-based character `column`."""
    return len(line[: column - 1].encode())


def covers(node: ast.AST, span: Span, lines: list[str]) -> bool:
    """Whether `node` starts and ends exactly where `span` does."""
    if getattr(node, "lineno", None) != span.line:
        return False
    first = lines[span.line - 1] if span.line <= len(lines) else ""
    last = lines[span.end_line - 1] if span.end_line <= len(lines) else ""
    return bool(
        node.col_offset == byte_column(first, span.column)  # type: ignore[attr-defined]
        and node.end_lineno == span.end_line  # type: ignore[attr-defined]
        and node.end_col_offset == byte_column(last, span.end_column)  # type: ignore[attr-defined]
    )


def flagged_expression(tree: ast.AST, span: Span, lines: list[str]) -> ast.expr | None:
    """The expression at `span`: the exact one; else the first call from there on in its line."""
    exact = [n for n in ast.walk(tree) if isinstance(n, ast.expr) and covers(n, span, lines)]
    loaded = [n for n in exact if not isinstance(getattr(n, "ctx", None), (ast.Store, ast.Del))]
    if loaded:
        calls = [n for n in loaded if isinstance(n, ast.Call)]
        return (calls or loaded)[0]
    first = lines[span.line - 1] if span.line <= len(lines) else ""
    start = byte_column(first, span.column)
    here = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and n.lineno == span.line and n.col_offset >= start
    ]
    return min(here, key=lambda n: (n.col_offset, -(n.end_col_offset or 0))) if here else None


def stored_at(tree: ast.AST, span: Span, lines: list[str]) -> ast.stmt | None:
    """The assignment to the target at `span`, or None."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            if any(t is not None and covers(t, span, lines) for t in targets):
                return node
    return None


def _can_wait(node: ast.expr, tree: ast.AST) -> bool:
    """Whether the expression means the same inside a lambda."""
    waits = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)
    for part in ast.walk(node):
        if isinstance(part, waits) or getattr(part, "id", "") in NEEDS_ITS_FRAME:
            return False
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    for owner in ast.walk(tree):
        if isinstance(owner, ast.ClassDef):
            own = [s for s in owner.body if not isinstance(s, functions)]
            if any(part is node for statement in own for part in ast.walk(statement)):
                return False
    return True


class _Forgiven(ast.NodeTransformer):
    """Puts a statement into a `try` whose errors are raised again unless the site forgives."""

    def __init__(self, target: ast.stmt) -> None:
        self.target = target

    def visit(self, node: ast.AST) -> Any:
        if node is not self.target:
            return self.generic_visit(node)
        asked = ast.Attribute(ast.Name(HOOK, ast.Load()), "forgives", ast.Load())
        again = ast.If(ast.UnaryOp(ast.Not(), asked), [ast.Raise(None, None)], [])
        caught = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [again])
        block = ast.Try([self.target], [caught], [], [])
        return ast.fix_missing_locations(ast.copy_location(block, self.target))


class _Wrap(ast.NodeTransformer):
    def __init__(self, target: ast.expr, method: str = "callee") -> None:
        self.target = target
        self.method = method
        self.done = False

    def visit(self, node: ast.AST) -> Any:
        if node is self.target:
            self.done = True
            return self.wrapped(self.target)
        return self.generic_visit(node)

    def wrapped(self, node: ast.expr) -> ast.expr:
        new: ast.expr
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Name) and node.func.id in NEEDS_ITS_FRAME
        ):
            called = self.begun(self.method, node.func, node)
            new = ast.Call(ast.copy_location(called, node.func), node.args, node.keywords)
        else:
            method = "value" if self.method == "callee" else self.method
            new = self.begun(method, node, node)
        return ast.copy_location(new, node)

    def begun(self, method: str, value: ast.expr, node: ast.expr) -> ast.Call:
        """`method` of the hook given `value`, counted before `value` is evaluated."""
        if method == "other":
            late = ast.copy_location(ast.Lambda(_no_arguments(), value), node)
            return ast.Call(_method(method, node), [late], [])
        mark = ast.copy_location(ast.Call(_method("mark", node), [], []), node)
        return ast.Call(_method(method, node), [mark, value], [])


def _no_arguments() -> ast.arguments:
    return ast.arguments([], [], None, [], [], None, [])


def _method(name: str, node: ast.expr) -> ast.expr:
    hook = ast.copy_location(ast.Name(HOOK, ast.Load()), node)
    method = ast.copy_location(ast.Attribute(hook, name, ast.Load()), node)
    # Python takes a method call's line from where its attribute ends: keep the first line.
    method.end_lineno, method.end_col_offset = node.lineno, node.col_offset
    return method


def instrument(
    source: str, filename: str, span: Span | None, others: tuple[Span, ...] = ()
) -> tuple[ast.Module, bool]:
    """The tree of `source` with the expression at `span` counted, and whether it was found.

    `others` are the places of the file's other findings, to be made harmless at run time.
    Raises SyntaxError as `ast.parse` does.
    """
    tree = ast.parse(source, filename)
    if span is None:
        return tree, False
    lines = source.splitlines()
    target = flagged_expression(tree, span, lines)
    for other in others:
        call = flagged_expression(tree, other, lines)
        stored = stored_at(tree, other, lines)
        if stored is not None:
            if target is None or target not in ast.walk(stored):
                _Forgiven(stored).visit(tree)
        elif call is not None and call is not target and _can_wait(call, tree):
            _Wrap(call, "other").visit(tree)
    if target is None:
        return tree, _count_statement(tree, span.line)
    wrap = _Wrap(target)
    wrap.visit(tree)
    return ast.fix_missing_locations(tree), wrap.done


def _count_statement(tree: ast.Module, line: int) -> bool:
    """Put a counter before the innermost statement at `line`; whether there is one."""
    best: tuple[list[ast.stmt], int] | None = None
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                for index, stmt in enumerate(block):
                    if isinstance(stmt, ast.stmt) and stmt.lineno <= line <= (stmt.end_lineno or 0):
                        best = (block, index)
    if best is None:
        return False
    block, index = best
    here = block[index]
    mark = ast.Expr(ast.Call(_method("mark", here), [], []))  # type: ignore[arg-type]
    block.insert(index, ast.copy_location(mark, here))
    ast.fix_missing_locations(tree)
    return True


def statement_lines(tree: ast.AST, span: Span) -> tuple[int, int]:
    """First and last line of the smallest simple statement or header that holds `span`."""
    best = (span.line, span.end_line)
    size: int | None = None
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or hasattr(node, "body"):
            continue
        end = node.end_lineno or node.lineno
        holds = node.lineno <= span.line and span.end_line <= end
        if holds and (size is None or end - node.lineno < size):
            best, size = (node.lineno, end), end - node.lineno
    return best
