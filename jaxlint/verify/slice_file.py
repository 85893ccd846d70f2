"""Cut out the flagged function and what it needs, with stand-ins for what cannot be imported."""

from __future__ import annotations

import ast

from jaxlint.finding import Finding
from jaxlint.verify import places
from jaxlint.verify.instrument import instrument
from jaxlint.verify.loader import UserCode
from jaxlint.verify.standins import StandIn


def parse(source: str, path: str) -> ast.Module:
    """The tree of `source`. Raises SyntaxError."""
    return ast.parse(source, path)


def needed(tree: ast.Module, line: int) -> list[ast.stmt]:
    """The top-level statements that the code around `line`, or leading to it, needs, in order."""
    owners: dict[str, list[ast.stmt]] = {}
    start: list[ast.stmt] = []
    for stmt in tree.body:
        first = min([stmt.lineno, *(d.lineno for d in getattr(stmt, "decorator_list", []))])
        if first <= line <= (stmt.end_lineno or 0):
            start.append(stmt)
        for name in bound(stmt):
            owners.setdefault(name, []).append(stmt)
    keep: set[int] = set()
    reaching = {name.partition(".")[0] for name in places.outline(tree).reaching(line)}
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    agenda = [*start, *(s for s in tree.body if isinstance(s, definitions) and s.name in reaching)]
    for stmt in tree.body:
        acted_on = acts_on(stmt)
        if acted_on is not None:
            owners.setdefault(acted_on, []).append(stmt)
    while agenda:
        stmt = agenda.pop()
        if id(stmt) in keep:
            continue
        keep.add(id(stmt))
        for node in ast.walk(stmt):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                agenda += owners.get(node.id, [])
    names = reaching | {n for s in start for n in bound(s)}
    roots = [
        s
        for s in tree.body
        if isinstance(s, ast.Assign) and "transform" in ast.unparse(s) and names & places._names(s)
    ]
    for stmt in roots:
        keep.add(id(stmt))
    future = [s for s in tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    keep |= {id(s) for s in future}
    return [s for s in tree.body if id(s) in keep]


def acts_on(stmt: ast.stmt) -> str | None:
    """The name whose method the statement calls: `parser` of `parser.add_argument("--lr")`."""
    node = stmt.value if isinstance(stmt, ast.Expr) else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def bound(stmt: ast.stmt) -> set[str]:
    """The module-level names that `stmt` binds."""
    if isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {stmt.name}
    if isinstance(stmt, (ast.Import, ast.ImportFrom)):
        return {(a.asname or a.name).partition(".")[0] for a in stmt.names}
    return {
        n.id for n in ast.walk(stmt) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def cut(user: UserCode, finding: Finding) -> None:
    """Make `user` load a slice: imports and assignments that fail leave stand-ins behind."""
    tree, user.found = instrument(user.source, user.path, user.span, user.harmless)
    kept = needed(tree, finding.span.line)
    body: list[ast.stmt] = []
    imported = flagged_import(tree, finding)
    if imported is not None:  # the marked statement alone: nothing stands in for what it imports
        kept = [stmt for stmt in kept if isinstance(stmt, ast.Expr)]
    for stmt in kept:
        simple = isinstance(stmt, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        future = isinstance(stmt, ast.ImportFrom) and stmt.module == "__future__"
        if simple or future:
            body.append(stmt)
            continue
        if isinstance(stmt, (ast.Import, ast.ImportFrom)):
            body += [_guarded(one) for one in _split(stmt)]
        else:
            body.append(_guarded(stmt))
    body += [imported] if imported is not None else []
    module = ast.fix_missing_locations(ast.Module(body, []))
    code = compile(module, user.path, "exec")
    user.site.stand_in = StandIn  # type: ignore[attr-defined]
    user._code = code


def flagged_import(tree: ast.Module, finding: Finding) -> ast.stmt | None:
    """The import at top level that is flagged, with the flagged name alone; or None."""
    span = finding.span
    for stmt in tree.body:
        if isinstance(stmt, (ast.Import, ast.ImportFrom)):
            for one, alias in zip(_split(stmt), stmt.names, strict=True):
                if span.line == alias.lineno and span.column == alias.col_offset + 1:
                    return one
            if span.line == stmt.lineno and span.column == stmt.col_offset + 1:
                return stmt
    return None


def _split(stmt: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
    """One statement per imported name, so that one missing name does not cost the others."""
    out: list[ast.stmt] = []
    for alias in stmt.names:
        if isinstance(stmt, ast.Import):
            one: ast.stmt = ast.Import([alias])
        else:
            one = ast.ImportFrom(stmt.module, [alias], stmt.level)
        out.append(ast.copy_location(one, stmt))
    return out


def _guarded(stmt: ast.stmt) -> ast.stmt:
    """`stmt`, and when it fails, a stand-in for each name it binds."""
    lines = [f"    {name} = __jaxlint_site__.stand_in({name!r})" for name in sorted(bound(stmt))]
    text = "try:\n    pass\nexcept (Exception, SystemExit):\n" + ("\n".join(lines) or "    pass")
    guard = ast.parse(text).body[0]
    assert isinstance(guard, ast.Try)
    guard.body = [stmt]
    for node in ast.walk(guard):
        if node is not stmt and hasattr(node, "lineno") and node not in ast.walk(stmt):
            ast.copy_location(node, stmt)
    return guard
