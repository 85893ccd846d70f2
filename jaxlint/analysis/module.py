"""A source file: its text, tree and names; imports resolved to files or to library names."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from jaxlint.analysis.frames import Env

if TYPE_CHECKING:
    from jaxlint.analysis.project import Project


class SourceError(Exception):
    """A file that cannot be read or parsed: `line`, and a message that says what to do."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.line = line
        self.message = message


def read_source(path: str) -> str:
    """The text of the file, decoded as Python would.

    Raises SourceError where the file cannot be read or decoded.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(path, 1, f"cannot be read: {reason}") from error
    return decode_source(path, data)


def decode_source(path: str, data: bytes) -> str:
    """Decode `data` by its BOM or coding line. Raises SourceError."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        with io.TextIOWrapper(io.BytesIO(data), encoding, newline=None) as stream:
            return stream.read()
    except (SyntaxError, LookupError) as error:
        raise SourceError(path, 1, f"unknown or wrong encoding: {error}") from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"is not valid {error.encoding}; save it as UTF-8 or declare its encoding"
        raise SourceError(path, line, message) from error


def parse_source(path: str, source: str) -> ast.Module:
    """The tree of `source`. Raises SourceError, whatever the text."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        message = f"syntax error: {error.msg}"
        raise SourceError(path, error.lineno or 1, message) from error
    except ValueError as error:
        raise SourceError(path, 1, f"cannot be parsed: {error}") from error
    except (RecursionError, MemoryError) as error:
        message = "is nested too deeply for Python's parser; split the expression"
        raise SourceError(path, 1, message) from error


class ModuleFile:
    """A file of the project, parsed.

    name: its dotted module name, as far as its folders are packages. `linted` says that findings
    are wanted for it; any other file is evaluated name by name, when a name leads there.
    """

    def __init__(
        self,
        path: str,
        source: str,
        tree: ast.Module,
        name: str,
        project: Project,
        is_package: bool,
    ) -> None:
        self.path = path
        self.source = source
        self.tree = tree
        self.name = name
        self.project = project
        self.is_package = is_package
        self.env = Env()
        self.linted = False
        self.evaluating: set[str] = set()

    def __repr__(self) -> str:
        return f"ModuleFile({self.name})"

    @cached_property
    def lines(self) -> list[str]:
        """The text by lines, without their ends, as Python counts them (a form feed ends none)."""
        return _LINE_END.split(self.source)

    def line(self, node: ast.AST) -> str:
        """The first line of `node`, stripped."""
        number = getattr(node, "lineno", 1)
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""

    def column(self, line: int, offset: int) -> int:
        """The character column of a UTF-8 byte offset, both from 0."""
        if not 0 < line <= len(self.lines):
            return offset
        text = self.lines[line - 1]
        if text.isascii():
            return offset
        return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))

    def text(self, node: ast.AST, limit: int = 40) -> str:
        """The source text of `node` on one line, cut at `limit` characters."""
        try:
            text = " ".join(ast.unparse(node).split())
        except (RecursionError, ValueError):
            text = "..."
        return text if len(text) <= limit else text[: limit - 3] + "..."

    @property
    def package(self) -> str:
        """The dotted name that relative imports start from."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @cached_property
    def global_writes(self) -> frozenset[str]:
        """Names that some function declares global, and so may change (by text)."""
        if "global " not in self.source:
            return frozenset()
        return frozenset(
            name for names in _GLOBAL.findall(self.source) for name in _WORD.findall(names)
        )

    @cached_property
    def item_writes(self) -> frozenset[str]:
        """Names of containers that have an item assigned somewhere (by text)."""
        return frozenset(_ITEM_STORE.findall(self.source))

    @cached_property
    def attribute_writes(self) -> frozenset[str]:
        """Names of attributes that are assigned anywhere but in a constructor (by text)."""
        return frozenset(name for _, name in self._attribute_stores)

    @cached_property
    def self_writes(self) -> frozenset[str]:
        """Names of attributes of `self` that are assigned anywhere but in a constructor."""
        return frozenset(name for owner, name in self._attribute_stores if owner == "self")

    @cached_property
    def _attribute_stores(self) -> list[tuple[str, str]]:
        constructors = [
            range(node.lineno, (node.end_lineno or node.lineno) + 1)
            for node in _definitions(self.tree.body)
            if node.name in CONSTRUCTORS
        ]
        return [
            (match.group(1), match.group(2))
            for number, line in enumerate(self.lines, 1)
            if "=" in line
            for match in _ATTRIBUTE_STORE.finditer(line)
            if not any(number in lines for lines in constructors)
        ]

    @cached_property
    def bindings(self) -> dict[str, list[ast.stmt]]:
        """The top-level statements that bind each name, in order; branches count as if taken."""
        found: dict[str, list[ast.stmt]] = {}
        for statement in _flat(self.tree.body):
            for name in bound_names(statement):
                found.setdefault(name, []).append(statement)
        return found


_LINE_END = re.compile(r"\r\n|\r|\n")
_GLOBAL = re.compile(r"^[ \t]*global[ \t]+([^#\n]+)", re.MULTILINE)
_WORD = re.compile(r"\w+")
_ATTRIBUTE_STORE = re.compile(r"(\w*)\]?\.(\w+)\s*(?::[^=]*|[-+*/|&^%@<>]{0,2})=(?!=)")
_ITEM_STORE = re.compile(r"^[ \t]+(\w+)\[[^\]\n]*\]\s*[-+*/|&^]?=(?!=)", re.MULTILINE)
CONSTRUCTORS = frozenset({"__init__", "__post_init__", "setup"})


def _definitions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions defined in some statements, those in classes and other functions included."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield statement
        inner = getattr(statement, "body", None)
        if isinstance(inner, list):
            yield from _definitions(inner)


def _flat(body: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.If):
            found += _flat(statement.body) + _flat(statement.orelse)
        elif isinstance(statement, ast.Try):
            # The handlers are for an installation without the library: the body speaks.
            found += [s for h in statement.handlers for s in _flat(h.body)]
            found += _flat(statement.body) + _flat(statement.orelse)
        elif isinstance(statement, ast.With):
            found += _flat(statement.body)
        else:
            found.append(statement)
    return found


def bound_names(statement: ast.stmt) -> list[str]:
    """The names that a simple statement binds ("*" for a star import)."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, ast.Import):
        return [a.asname or a.name.partition(".")[0] for a in statement.names]
    if isinstance(statement, ast.ImportFrom):
        return [a.asname or a.name for a in statement.names]
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = list(statement.targets)
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)):
        targets = [statement.target]
    names = []
    for target in targets:
        names += [
            n.id
            for n in ast.walk(target)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
        base = target
        while isinstance(base, (ast.Attribute, ast.Subscript)):
            base = base.value
        if base is not target and isinstance(base, ast.Name):
            names.append(base.id)
    return names
