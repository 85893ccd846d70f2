"""Names that are gone from the libraries, and idioms of Flax before Linen: found by the text.

First a look at the text, which says no for nearly every file; then a walk through the statements on
whose lines such a name may stand; only there are names resolved.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jaxlint.analysis import frozen, prelinen
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.guards import is_guarded, is_idle
from jaxlint.analysis.left import RemovedName
from jaxlint.analysis.prelinen import word_before
from jaxlint.analysis.project import MAX_REACH
from jaxlint.analysis.scopes import Scopes
from jaxlint.catalog.removed import Removed, removed, removed_prefix, removed_words

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile
    from jaxlint.analysis.observations import Observation

Path = list[ast.AST]
_LIBRARIES = frozenset({"jax", "haiku", "flax", "optax"})
_ATTRIBUTE = re.compile(r"\.\s*([^\W\d]\w+)")
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<module>(?:jax|haiku|flax|optax)\b[\w.]*)[ \t]+import\b[ \t]*"
    r"(?P<names>\([^)]*\)|[^#\n]*)"
    r"|import[ \t]+(?P<plain>[^#\n]*\b(?:jax|haiku|flax|optax)\b[^#\n]*))",
    re.MULTILINE,
)
_IMPORTED = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?")
_ASSIGNED = re.compile(r"=[ \t]*(?:jax|haiku|flax|optax)(?:\.\w+)*[ \t]*$", re.MULTILINE)


def leftovers(file: ModuleFile) -> tuple[list[Observation], set[str]]:
    """Everything in the file that only an older version of a library takes.

    Also the other files that this depends on.
    """
    source, tree = file.source, file.tree
    scopes = Scopes(file)
    found: list[Observation] = []
    lines = _lines_of_names(source)
    if lines:
        found += _reported(list(_removed_names(walk(tree, lines), file, scopes)), scopes)
    if "flax" in source:
        lines = _line_numbers(prelinen.marks_in(source), source)
        if lines:
            found += prelinen.sites(walk(tree, lines), file, scopes)
        lines = lines_with(frozen.MARKS, source)
        if lines:
            found += frozen.sites(walk(tree, lines), file, scopes)
    return found, scopes.read


def _lines_of_names(source: str) -> list[int]:
    """The lines that may import or read a name that is gone: none, in most files."""
    starts: list[int] = []
    bound: dict[str, set[str]] = {}
    for match in _IMPORT.finditer(source):
        for dotted, name, meant in _imported(match):
            bound.setdefault(name, set()).add(meant)
            entry = removed_prefix(dotted)
            if entry is not None and not (entry.remains and entry.name == dotted):
                starts.append(match.start())
    table = removed_words()
    words = set(_ATTRIBUTE.findall(source)) & table.keys()
    if words:
        assigned = {word_before(source, match.start()) for match in _ASSIGNED.finditer(source)}
        for word in words:
            for start in _attributes(word, source):
                owner = word_before(source, source.rindex(".", 0, start))
                known = bound.get(owner)
                if known is None or owner in assigned:
                    may = owner in assigned or owner in table[word]
                else:
                    may = any(removed(f"{dotted}.{word}") is not None for dotted in known)
                if may:
                    starts.append(start)
    return _line_numbers(sorted(starts), source)


def _attributes(word: str, source: str) -> Iterator[int]:
    """Where the word stands as an attribute: after a dot and blanks, and whole."""
    start = source.find(word)
    while start >= 0:
        end = start + len(word)
        if source[max(0, start - 80) : start].rstrip().endswith("."):
            if not (source[end : end + 1].isalnum() or source[end : end + 1] == "_"):
                yield start
        start = source.find(word, end)


def _imported(match: re.Match[str]) -> Iterator[tuple[str, str, str]]:
    """What an import statement of one of the libraries names, what it binds, and to what."""
    module = match["module"]
    for dotted, name in _IMPORTED.findall(match["plain"] or match["names"]):
        if module is not None:
            yield f"{module}.{dotted}", name or dotted, f"{module}.{dotted}"
        else:
            top = dotted.partition(".")[0]
            yield dotted, name or top, dotted if name else top


def lines_with(pattern: re.Pattern[str], source: str) -> list[int]:
    """The numbers of the lines where a match begins, in order."""
    return _line_numbers([match.start() for match in pattern.finditer(source)], source)


def _line_numbers(starts: Sequence[int], source: str) -> list[int]:
    """The line of each of some offsets in order, each line once."""
    found: list[int] = []
    line, position = 1, 0
    for start in starts:
        line += source.count("\n", position, start)
        position = start
        if not found or found[-1] != line:
            found.append(line)
    return found


def walk(tree: ast.Module, lines: Sequence[int]) -> Iterator[tuple[ast.AST, Path]]:
    """The nodes that touch one of the lines, each with the way down to it (itself last).

    The path is one list that changes as the walk goes on: copy it to keep it.
    """
    yield from _walk([tree], lines)


def _walk(path: Path, lines: Sequence[int]) -> Iterator[tuple[ast.AST, Path]]:
    for child in ast.iter_child_nodes(path[-1]):
        start = getattr(child, "lineno", None)
        if start is not None:
            for decorator in getattr(child, "decorator_list", ()):
                start = min(start, decorator.lineno)
            index = bisect_left(lines, start)
            end = getattr(child, "end_lineno", None) or start
            if index == len(lines) or lines[index] > end:
                continue
        path.append(child)
        yield child, path
        yield from _walk(path, lines)
        path.pop()


def _removed_names(
    nodes: Iterator[tuple[ast.AST, Path]],
    file: ModuleFile,
    scopes: Scopes,
) -> Iterator[tuple[RemovedName, Path]]:
    for node, path in nodes:
        if isinstance(node, ast.Attribute):
            if node.attr in removed_words() and isinstance(node.ctx, ast.Load):
                seen = _attribute(node, path, file, scopes)
                if seen is not None:
                    yield seen, path[:]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for seen in _imports(node, file, scopes):
                yield seen, path[:]


def _attribute(
    node: ast.Attribute, path: Path, file: ModuleFile, scopes: Scopes
) -> RemovedName | None:
    tail = [node.attr]
    base = node.value
    while isinstance(base, ast.Attribute):
        tail.insert(0, base.attr)
        base = base.value
    if not isinstance(base, ast.Name):
        return None
    origin = scopes.dotted(base, path)
    if origin is None or removed_prefix(origin) is not None:
        return None  # where it was imported says so already
    entry = removed(".".join([origin, *tail]))
    if entry is None or entry.remains or is_idle(path, scopes):
        return None
    if is_guarded(path, scopes):
        return None
    return RemovedName(node, file, Frame(file, file.env), entry, "AttributeError", origin=origin)


def _imports(
    node: ast.Import | ast.ImportFrom, file: ModuleFile, scopes: Scopes
) -> Iterator[RemovedName]:
    missing = "ModuleNotFoundError"
    if isinstance(node, ast.Import):
        for alias in node.names:
            entry = removed_prefix(alias.name) if _is_library(alias.name, scopes) else None
            if entry is not None:
                yield RemovedName(
                    alias, file, Frame(file, file.env), entry, missing, statement=node
                )
        return
    if node.level or not node.module or not _is_library(node.module, scopes):
        return
    entry = removed_prefix(node.module)
    if entry is not None:
        yield RemovedName(node, file, Frame(file, file.env), entry, missing, statement=node)
        return
    for alias in node.names:
        entry = removed(f"{node.module}.{alias.name}")
        if entry is not None and not entry.remains:
            yield RemovedName(
                alias, file, Frame(file, file.env), entry, "ImportError", statement=node
            )


def _is_library(dotted: str, scopes: Scopes) -> bool:
    return dotted.partition(".")[0] in _LIBRARIES and not scopes.is_shadowed(dotted)


def _reported(names: list[tuple[RemovedName, Path]], scopes: Scopes) -> list[Observation]:
    """What is worth saying: the import rather than its uses, and nothing that the program sets."""
    imported = set()
    found: list[Observation] = []
    for seen, path in names:
        if seen.statement is None:
            continue
        if seen.entry.module:
            imported.add(seen.entry.name)
        if not is_guarded(path, scopes):
            found.append(seen)
    patched: dict[str, bool] = {}
    for seen, _ in names:
        if seen.statement is None and seen.entry.name not in imported:
            name = seen.entry.name
            if name not in patched:
                patched[name] = _is_patched(seen.entry, scopes)
            if not patched[name]:
                found.append(seen)
    return found


def _is_patched(entry: Removed, scopes: Scopes) -> bool:
    """Whether this file, or one that it imports, sets the name (`jax.tree_map = jax.tree.map`)."""
    file = scopes.file
    owner, last = (re.escape(part) for part in entry.name.split(".")[-2:])
    setting = rf"setattr\([^()\n]*['\"]{last}['\"]"
    if re.search(rf"\.{last}[ \t]*=(?!=)|{setting}", file.source):
        return True
    pattern = re.compile(rf"\b{owner}\.{last}[ \t]*=(?!=)|{setting}")
    project, seen = file.project, {file.path}
    waiting = project.package_files(file.path) + project.imported_files(file.path, file.source)
    while waiting and len(seen) < MAX_REACH:
        other = waiting.pop()
        text = None if other in seen else project.text(other)
        seen.add(other)
        if text is not None:
            scopes.read.add(other)
            if pattern.search(text):
                return True
            waiting += project.imported_files(other, text)
    return False
