"""A transform as it is written: the name, the call, its arguments, and edits to them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass

from jaxlint.finding import Edit
from jaxlint.fixes.names import Names
from jaxlint.fixes.tree import Tree

_SPACE = frozenset(
    {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
)


@dataclass(frozen=True)
class Application:
    """`jax.vmap(f, in_axes=0)`, `@jax.vmap`, `partial(jax.vmap, in_axes=0)(f)`.

    name: the expression that names the transform. call: the call that a keyword can be added to;
    None for a bare decorator. calls: every call that gives arguments. given: the positional
    arguments. keywords: None if they cannot be listed.
    """

    name: ast.expr
    call: ast.Call | None
    calls: tuple[ast.Call, ...]
    given: tuple[ast.expr, ...]
    keywords: tuple[ast.keyword, ...] | None

    def argument(self, position: int, keyword: str) -> ast.expr | None:
        """The expression of an argument, by its place or its keyword."""
        if position < len(self.given):
            return self.given[position]
        return next((k.value for k in self.keywords or () if k.arg == keyword), None)


def application_of(node: ast.AST, transform: str, names: Names) -> Application | None:
    """How `transform` is written at `node`; None where another name stands for it."""
    if not isinstance(node, ast.Call):
        if isinstance(node, (ast.Name, ast.Attribute)) and names.dotted(node) == transform:
            return Application(node, None, (), (), ())
        return None
    for calls in ([node], [node, node.func]):
        inner = calls[-1]
        if not isinstance(inner, ast.Call):
            continue
        name, bound = inner.func, list(inner.args)
        if names.dotted(name) == "functools.partial" and bound:
            name = bound.pop(0)
        elif len(calls) == 2:
            continue
        if isinstance(name, (ast.Name, ast.Attribute)) and names.dotted(name) == transform:
            if len(calls) == 2:
                bound += node.args
            return _listed(name, node, tuple(c for c in calls if isinstance(c, ast.Call)), bound)
    return None


def _listed(
    name: ast.expr, call: ast.Call, calls: tuple[ast.Call, ...], given: list[ast.expr]
) -> Application:
    keywords = tuple(k for c in calls for k in c.keywords)
    listed = all(k.arg is not None for k in keywords) and not any(
        isinstance(a, (ast.Starred, ast.GeneratorExp)) for a in given
    )
    return Application(name, call, calls, tuple(given), keywords if listed else None)


def replaced(tree: Tree, node: ast.expr, text: str) -> Edit:
    """The edit that writes `text` in place of an expression."""
    return tree.text.edit(tree.file.path, tree.text.start(node), tree.text.end(node), text)


def inserted(tree: Tree, offset: int, text: str) -> Edit:
    """The edit that writes `text` at an offset."""
    return tree.text.edit(tree.file.path, offset, offset, text)


def with_arguments(tree: Tree, call: ast.Call, arguments: Iterable[str]) -> Edit:
    """The edit that adds arguments at the end of a call, in the call's own layout."""
    text = tree.text
    start, added = text.start(call), list(arguments)
    ending = _ending(text.source[start : text.end(call)])
    end = start + ending.end
    if ending.last == "(":
        return inserted(tree, end, ", ".join(added))
    if ending.last != ",":
        return inserted(tree, end, "".join(f", {a}" for a in added))
    if text.place(end)[0] == text.place(start + ending.closing)[0]:
        return inserted(tree, end, " " + ", ".join(added))
    # A trailing comma, and the parenthesis on a line of its own: a line for each argument.
    number = text.place(end)[0]
    aligned = text.line(text.place(start + ending.argument)[0])
    indent = aligned[: len(aligned) - len(aligned.lstrip())]
    at = text.starts[number - 1] + len(text.line(number).rstrip("\r\n"))
    return inserted(tree, at, "".join(f"\n{indent}{a}," for a in added))


@dataclass(frozen=True)
class _Ending:
    """How a call ends, in offsets from its start.

    last: the token before the closing parenthesis (a comma, if there is a trailing one), and where
    it ends. argument: where the last token of the last argument begins.
    """

    last: str
    end: int
    argument: int
    closing: int


def _ending(call: str) -> _Ending:
    # In parentheses, so that a call that goes on over lines is one expression to the tokenizer.
    wrapped = f"({call})"
    starts = [0]
    for line in io.StringIO(wrapped, newline=""):
        starts.append(starts[-1] + len(line))
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(wrapped, newline="").readline)
        if token.type not in _SPACE and token.type != tokenize.ENDMARKER
    ]

    def offset(place: tuple[int, int]) -> int:
        return starts[place[0] - 1] + place[1] - 1

    closing, last = tokens[-2], tokens[-3]
    argument = tokens[-4] if last.string == "," else last
    return _Ending(last.string, offset(last.end), offset(argument.start), offset(closing.start))
