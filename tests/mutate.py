"""Source that nobody wrote: any code with names of jax and haiku in it, and real files cut up."""

from __future__ import annotations

import ast
import copy
import random
from pathlib import Path

NAMES = (Path(__file__).parent / "data" / "names.txt").read_text("utf-8").split()
"""What names are replaced by: those of jax and haiku, of builtins, and a few short ones."""

HEADER = """\
import dataclasses
import functools

import haiku as hk
import jax
from jax import lax


"""


class _Renamed(ast.NodeTransformer):
    """Gives each name another; the same one wherever it stands, so that uses meet definitions."""

    def __init__(self, choice: random.Random) -> None:
        self.choice = choice
        self.names: dict[str, str] = {}

    def _other(self, name: str) -> str:
        if name not in self.names:
            self.names[name] = self.choice.choice(NAMES)
        return self.names[name]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that is read becomes any expression of NAMES, one that is bound a plain name."""
        other = self._other(node.id)
        if isinstance(node.ctx, ast.Load):
            return ast.parse(other, mode="eval").body
        return ast.Name(_plain(other), node.ctx)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function, named after what reads it."""
        self.generic_visit(node)
        node.name = _plain(self._other(node.name))
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """A class, often of modules."""
        self.generic_visit(node)
        node.name = _plain(self._other(node.name))
        if self.choice.random() < 0.5:
            node.bases.append(ast.parse("hk.Module", mode="eval").body)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """A parameter."""
        self.generic_visit(node)
        node.arg = node.arg if len(node.arg) > 3 else _plain(self._other(node.arg))
        return node


def _plain(name: str) -> str:
    return name.split(".")[0].rstrip("()")


def renamed(source: str, choice: random.Random) -> str:
    """`source` with its names replaced, below imports of jax and haiku."""
    tree = _Renamed(choice).visit(ast.parse(source))
    return HEADER + ast.unparse(ast.fix_missing_locations(tree))


def mutated(source: str, choice: random.Random, times: int = 6) -> str:
    """`source` with parts of it exchanged, removed or repeated. The result is not always valid."""
    tree = ast.parse(source)
    for _ in range(times):
        choice.choice((_exchange, _exchange, _drop, _repeat))(tree, choice)
    return ast.unparse(ast.fix_missing_locations(tree))


def _exchange(tree: ast.Module, choice: random.Random) -> None:
    """Put one expression in the place of another."""
    holders = [
        (node, name)
        for node in ast.walk(tree)
        for name, value in ast.iter_fields(node)
        if isinstance(value, ast.expr) and isinstance(getattr(value, "ctx", ast.Load()), ast.Load)
    ]
    if len(holders) > 1:
        (to, name), (origin, other) = choice.sample(holders, 2)
        setattr(to, name, copy.deepcopy(getattr(origin, other)))


def _blocks(tree: ast.Module) -> list[list[ast.stmt]]:
    fields = ("body", "orelse", "finalbody")
    blocks = [getattr(node, name, None) for node in ast.walk(tree) for name in fields]
    return [block for block in blocks if isinstance(block, list) and block]


def _drop(tree: ast.Module, choice: random.Random) -> None:
    """Remove a statement."""
    block = choice.choice(_blocks(tree) or [[]])
    if len(block) > 1:
        block.pop(choice.randrange(len(block)))


def _repeat(tree: ast.Module, choice: random.Random) -> None:
    """Put a statement into another block."""
    blocks = _blocks(tree)
    if blocks:
        statement = copy.deepcopy(choice.choice(choice.choice(blocks)))
        block = choice.choice(blocks)
        block.insert(choice.randrange(len(block) + 1), statement)
