"""Inputs that a person gave: `--inputs`, the configuration, `# jaxlint: inputs ...` comments."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from jaxlint.verify.guesses import Guess, parse_inputs

COMMENT = re.compile(r"#\s*jaxlint:\s*inputs\s+(.*)$")


def comment_inputs(source: str, tree: ast.Module, line: int) -> list[str]:
    """The texts of the file's `# jaxlint: inputs` comments that hold for `line`.

    A comment inside a definition, or just above one, holds for that definition alone; any other
    holds for the whole file.
    """
    out: list[tuple[int, str]] = []
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return []
    for token in tokens:
        found = COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if found is None:
            continue
        scope = _scope(tree, token.start[0])
        if scope is None or scope[0] <= line <= scope[1]:
            out.append((0 if scope is None else 1, found.group(1).strip()))
    return [text for _, text in sorted(out, key=lambda item: item[0])]


def _scope(tree: ast.Module, line: int) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            last = node.end_lineno or first
            if first - 1 <= line <= last and (best is None or last - first < best[1] - best[0]):
                best = (first, last)
    return best


def given_inputs(
    texts: tuple[str, ...], tree: ast.Module, source: str, line: int
) -> dict[str, Guess]:
    """All given inputs by parameter name; the command line wins over comments.

    Raises ValueError for a text that cannot be read.
    """
    out: dict[str, Guess] = {}
    for text in (*comment_inputs(source, tree, line), *texts):
        out.update(parse_inputs(text))
    return out
