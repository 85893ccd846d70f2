"""The Python files that the arguments of the command line stand for."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jaxlint.paths import shown

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".pyw")
SKIPPED = frozenset({"__pycache__", "node_modules"})
STDIN = "-"


@dataclass
class Found:
    """The files to check, sorted and each once; and the arguments that lead to none."""

    files: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def find_files(arguments: Sequence[str], exclude: Sequence[str] = ()) -> Found:
    """Expand files, folders and globs.

    A file named as such is checked whatever its suffix. In folders, Python files are: hidden
    folders, virtual environments, what git ignores and links to folders are passed over. `exclude`
    holds globs for a name or for a path, and applies to every file.
    """
    found = Found()
    files: set[str] = set()
    for argument in arguments:
        paths = [argument] if os.path.lexists(argument) else glob.glob(argument, recursive=True)
        if not paths:
            found.missing.append(argument)
        for path in paths:
            if _excluded(path, exclude):
                continue
            if os.path.isdir(path):
                files.update(_walk(path, exclude))
            elif path == argument or path.endswith(SUFFIXES):
                files.add(_normal(path))
    found.files = sorted(files)
    return found


def _normal(path: str) -> str:
    return shown(os.path.normpath(path))


def _excluded(path: str, exclude: Sequence[str]) -> bool:
    if not exclude:
        return False
    absolute, name = os.path.abspath(path), os.path.basename(os.path.normpath(path))
    return any(
        fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(absolute, os.path.abspath(pattern))
        for pattern in exclude
    )


def _walk(top: str, exclude: Sequence[str]) -> Iterator[str]:
    top = _normal(top)
    ignored = _GitIgnore(top)
    folders = [top]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:  # gone, or not ours to read
            continue
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names and folder != top:
            continue
        if ".gitignore" in names:
            ignored.read(folder)
        for entry in entries:
            if entry.name.startswith("."):
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and (not entry.name.endswith(SUFFIXES) or entry.is_dir()):
                continue
            if is_folder and entry.name in SKIPPED:
                continue
            path = entry.name if folder == os.curdir else entry.path
            if ignored.covers(path, is_folder) or _excluded(path, exclude):
                continue
            if is_folder:
                folders.append(path)
            else:
                yield path


class _GitIgnore:
    """The `.gitignore` files in force below a folder: its own, those inside, those of its parents.

    The deepest file that says anything of a path decides, as in git.
    """

    def __init__(self, top: str) -> None:
        self._specs: dict[str, GitIgnoreSpec] = {}
        top = os.path.abspath(top)
        above = _parents_in_repository(top)
        for folder in above:
            self.read(folder)
        if above and self.covers(top, is_folder=True):
            self._specs.clear()  # who names an ignored folder wants it checked

    def read(self, folder: str) -> None:
        """Take the ignore file of `folder` into account (and a repository's own exclude file)."""
        lines: list[str] = []
        for name in (os.path.join(".git", "info", "exclude"), ".gitignore"):
            try:
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    lines += file.read().splitlines()
            except OSError:
                continue
        if any(line.strip() and not line.startswith("#") for line in lines):
            from pathspec import GitIgnoreSpec

            self._specs[os.path.abspath(folder)] = GitIgnoreSpec.from_lines(lines)

    def covers(self, path: str, is_folder: bool) -> bool:
        """Whether git ignores the file or folder at `path`."""
        if not self._specs:
            return False
        path = folder = os.path.abspath(path)
        while (parent := os.path.dirname(folder)) != folder:
            folder = parent
            if folder in self._specs:
                inner = os.path.relpath(path, folder).replace(os.sep, "/")
                verdict = self._specs[folder].check_file(inner + "/" * is_folder).include
                if verdict is not None:
                    return verdict
        return False


def _parents_in_repository(folder: str) -> list[str]:
    """The folders above `folder` up to the one that holds `.git`, or none outside a repository."""
    parents = []
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return []
        parents.append(parent)
        folder = parent
    return parents
