"""Whether code is prepared for a name that may be missing: try, hasattr, a look at a version."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxlint.analysis.scopes import Scopes

CAUGHT = frozenset(
    {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"}
)
_LOOKS = re.compile(
    r"hasattr|getattr|find_spec|TYPE_CHECKING|[vV]ersion|VERSION|importorskip|sys\.modules|"
    r"import_error|FrozenDict"
)
"""What a test mentions that chooses by what there is."""
_FLAG = re.compile(
    r"(?i)(^|_)(has|have|had|use|uses|new|old|legacy|compat|support\w*|avail\w*|installed|exists|"
    r"deprecated|modern|pre|post|lt|le|gt|ge)(_|$|\d)"
)
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def is_guarded(path: Sequence[ast.AST], scopes: Scopes) -> bool:
    """Whether the last node of `path` stands where its failure, or its absence, is provided for.

    path: the nodes from the module down to it.
    """
    for outer, inner in pairwise(path):
        if isinstance(outer, ast.Try):
            if inner not in outer.orelse + outer.finalbody and any(
                _catches(handler.type) for handler in outer.handlers
            ):
                return True
        elif isinstance(outer, (ast.With, ast.AsyncWith)):
            if inner in outer.body and any(_suppresses(item) for item in outer.items):
                return True
        elif isinstance(outer, (ast.If, ast.IfExp, ast.While, ast.Assert)):
            if inner is not outer.test and _chooses(outer.test, path, scopes):
                return True
        elif isinstance(outer, (ast.BoolOp, ast.comprehension)):
            if _LOOKS.search(ast.unparse(outer)):
                return True
        elif isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if any(_skips(decorator) for decorator in outer.decorator_list):
                return True
        elif isinstance(outer, ast.Call) and inner is not outer.func and _expects(outer):
            return True
        if _leaves_before(outer, inner, path, scopes):
            return True
    return False


def is_idle(path: Sequence[ast.AST], scopes: Scopes) -> bool:
    """Whether the last node of `path` is in an annotation that Python never evaluates."""
    for outer, inner in pairwise(path):
        if isinstance(outer, ast.AnnAssign) and inner is outer.annotation:
            local = any(isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) for each in path)
            if local or scopes.has_late_annotations:
                return True
        if scopes.has_late_annotations and (
            (isinstance(outer, ast.arg) and inner is outer.annotation)
            or inner is getattr(outer, "returns", None)
        ):
            return True
    return False


def _catches(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(ast.unparse(name).rpartition(".")[2] in CAUGHT for name in names)


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    if not isinstance(call, ast.Call):
        return False
    name = ast.unparse(call.func)
    return name.rpartition(".")[2] in ("suppress", "raises", "assertRaises", "assertRaisesRegex")


def _expects(call: ast.Call) -> bool:
    """Whether a test hands its argument to something that waits for the error."""
    return ast.unparse(call.func).rpartition(".")[2] in ("raises", "assertRaises")


def _skips(decorator: ast.expr) -> bool:
    text = ast.unparse(decorator)
    return "skip" in text or "xfail" in text or _LOOKS.search(text) is not None


def _chooses(test: ast.expr, path: Sequence[ast.AST], scopes: Scopes) -> bool:
    """Whether a test looks at what there is, itself or by a flag that some line sets so."""
    if isinstance(test, ast.Constant):
        return True  # `if False:`, or `while True:` around a try
    if _LOOKS.search(ast.unparse(test)):
        return True
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute) and _FLAG.search(node.attr):
            return True
        if not isinstance(node, ast.Name):
            continue
        bindings = scopes.lookup(node.id, path)
        values = [each for each in bindings if isinstance(each, ast.expr)]
        if any(_LOOKS.search(ast.unparse(value)) for value in values):
            return True
        if len(values) > 1 and all(isinstance(value, ast.Constant) for value in values):
            return True  # set to True and False around a try
        if any(isinstance(each, ast.FunctionDef) and _looks(each) for each in bindings):
            return True
        imported = [each for each in bindings if isinstance(each, tuple)]
        if (imported or not bindings) and _FLAG.search(node.id):
            return True
        if len(imported) > 0 and len(values) > 0:
            return True  # `jax = None` where the import failed
    return False


def _looks(function: ast.FunctionDef) -> bool:
    """Whether a small function of the file answers what there is, or is named so."""
    short = (function.end_lineno or function.lineno) - function.lineno < 30
    return short and bool(_FLAG.search(function.name) or _LOOKS.search(ast.unparse(function)))


def _leaves_before(outer: ast.AST, inner: ast.AST, path: Sequence[ast.AST], scopes: Scopes) -> bool:
    """Whether an earlier `if hasattr(...): return` of the same block answers for the new way."""
    for block in (getattr(outer, "body", None), getattr(outer, "orelse", None)):
        if not isinstance(block, list) or inner not in block:
            continue
        for statement in block[: block.index(inner)]:
            if (
                isinstance(statement, ast.If)
                and statement.body
                and isinstance(statement.body[-1], _ENDS)
                and _LOOKS.search(ast.unparse(statement.test))
            ):
                return True
    return False
