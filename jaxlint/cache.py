"""Results of earlier runs, kept by the content of each file and of all that it depends on.

One index file a set of options, written anew and put in place in one step, so that two runs at once
cannot spoil it. A file whose size and time are as before is taken to be unchanged; otherwise its
content decides.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jaxlint
from jaxlint.config import Options
from jaxlint.report.record import diagnostic_from, diagnostic_record, finding_from, finding_record
from jaxlint.runner import FileResult

FOLDER = ".jaxlint_cache"

_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# The cache of jaxlint; safe to delete.\n"
_INDEXES = 8
"""How many sets of options are remembered."""
_SETTLED = 2_000_000_000
"""Nanoseconds after which a file's time is proof: file systems count in steps of up to 2 s."""


class Cache:
    """The results kept in `folder` for runs with `options`.

    `get` and `put` while checking, `save` at the end. A missing, foreign or broken index is an
    empty one; a folder that cannot be written keeps nothing.
    """

    def __init__(self, folder: str, options: Options) -> None:
        self._folder = Path(folder)
        self._index = self._folder / f"{_environment(options)}.json"
        self._before: dict[str, _Stamp] = {}
        self._now: dict[str, _Stamp] = {}
        self._results: dict[str, dict[str, Any]] = {}
        self._fresh: set[str] = set()
        self._valid: dict[tuple[str, ...], bool] = {}
        try:
            self._load(json.loads(self._index.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
            self._before, self._results = {}, {}

    def get(self, path: str) -> FileResult | None:
        """What is known of the file at `path` as it is now."""
        self._stamp(os.path.abspath(path))
        entry = self._results.get(path)
        if entry is None or not self._all_unchanged(entry["needs"]):
            return None
        try:
            return FileResult(
                path,
                findings=[finding_from(record) for record in entry.get("findings", ())],
                suppressed=[finding_from(record) for record in entry.get("suppressed", ())],
                unused=[finding_from(record) for record in entry.get("unused", ())],
                diagnostics=[diagnostic_from(record) for record in entry.get("diagnostics", ())],
                dependencies=list(entry["needs"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def put(self, result: FileResult) -> None:
        """Keep `result`, unless the file could not be read or analysed."""
        self._fresh.add(result.path)
        if any(diagnostic.fatal for diagnostic in result.diagnostics):
            self._results.pop(result.path, None)
            return
        # With the file itself, so that files that need all of a project share one group.
        needs = tuple(sorted({os.path.abspath(p) for p in (result.path, *result.dependencies)}))
        for path in needs:
            self._stamp(path)
        entry: dict[str, Any] = {"needs": needs}
        for name in ("findings", "suppressed", "unused"):
            if findings := getattr(result, name):
                entry[name] = [finding_record(finding) for finding in findings]
        if result.diagnostics:
            entry["diagnostics"] = [diagnostic_record(d) for d in result.diagnostics]
        self._results[result.path] = entry

    def save(self) -> None:
        """Write the index, if anything changed."""
        if not self._fresh and all(self._before.get(p) == stamp for p, stamp in self._now.items()):
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
                if not (self._folder / name).exists():
                    (self._folder / name).write_text(text, encoding="utf-8")
            _replace(self._index, json.dumps(self._document(), separators=(",", ":")))
            indexes = sorted(self._folder.glob("*.json"), key=os.path.getmtime)
            for old in indexes[:-_INDEXES]:
                old.unlink()

    def _load(self, document: dict[str, Any]) -> None:
        paths: list[str] = document["paths"]
        for path, (time_ns, size, state) in zip(paths, document["stamps"]):
            self._before[path] = (int(time_ns), int(size), str(state))
        groups = [tuple(paths[number] for number in group) for group in document["groups"]]
        for path, entry in document["results"].items():
            self._results[path] = {**entry, "needs": groups[entry["needs"]]}

    def _document(self) -> dict[str, Any]:
        """The index to write. Most files need the same others: such a group is written once."""
        stamps = {**self._before, **self._now}
        numbers: dict[str, int] = {}
        groups: dict[tuple[str, ...], int] = {}
        results = {}
        for path, entry in self._results.items():
            needs = entry["needs"]
            if path not in self._fresh and not all(map(self._as_before, needs)):
                continue
            for needed in needs:
                numbers.setdefault(needed, len(numbers))
            results[path] = {**entry, "needs": groups.setdefault(needs, len(groups))}
        return {
            "paths": list(numbers),
            "stamps": [stamps[path] for path in numbers],
            "groups": [[numbers[path] for path in group] for group in groups],
            "results": results,
        }

    def _as_before(self, path: str) -> bool:
        """Whether nothing seen in this run speaks against `path` being as the index says."""
        return path not in self._now or self._unchanged(path)

    def _unchanged(self, path: str) -> bool:
        stamp, before = self._stamp(path), self._before.get(path)
        return before is not None and before[2] == stamp[2]

    def _all_unchanged(self, paths: tuple[str, ...]) -> bool:
        if paths not in self._valid:
            self._valid[paths] = all(map(self._unchanged, paths))
        return self._valid[paths]

    def _stamp(self, path: str) -> _Stamp:
        """What `path` is now; looked at once in a run."""
        if path not in self._now:
            self._now[path] = _stamp(path, self._before.get(path))
        return self._now[path]


_Stamp = tuple[int, int, str]
"""Time and size of a path, and a digest of the file or of the folder's names ("" if absent)."""


def _stamp(path: str, before: _Stamp | None) -> _Stamp:
    try:
        status = os.stat(path)
        time_ns, size = status.st_mtime_ns, status.st_size
        if before is not None and before[:2] == (time_ns, size):
            return before
        if time.time_ns() - time_ns < _SETTLED:
            time_ns = 0  # too fresh to trust: looked at again next time
        if os.path.isdir(path):
            content = "\0".join(_module_names(path)).encode("utf-8", "surrogateescape")
        else:
            content = Path(path).read_bytes()
    except OSError:
        return (0, 0, "")
    return (time_ns, size, _digest(content))


def _module_names(folder: str) -> list[str]:
    """The names in `folder` that can be imported or that mark a project, sorted."""
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if entry.name.endswith((".py", ".toml", ".cfg"))
            or (entry.is_dir() and not entry.name.startswith((".", "__pycache__")))
        )


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def _environment(options: Options) -> str:
    """A name for what results depend on besides files: options, versions, jaxlint's own files."""
    top = os.path.dirname(os.path.abspath(jaxlint.__file__))
    own = []
    for folder, _, names in os.walk(top):
        for name in sorted(names):
            if name.endswith((".py", ".json")):
                status = os.stat(os.path.join(folder, name))
                own.append((folder, name, status.st_mtime_ns, status.st_size))
    chosen = sorted((name, _ordered(value)) for name, value in vars(options).items())
    facts = (jaxlint.__version__, sys.version_info[:3], os.getcwd(), chosen, sorted(own))
    return _digest(repr(facts).encode("utf-8", "surrogateescape"))


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted(value.items())
    return sorted(value) if isinstance(value, frozenset) else value


def _replace(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, so that a reader sees the old file or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def remove(folder: str) -> bool:
    """Delete the cache in `folder`; says whether there was one. Raises ValueError if it is none."""
    if not os.path.isdir(folder):
        return False
    tag = Path(folder, "CACHEDIR.TAG")
    if not tag.is_file() or tag.read_text(encoding="utf-8", errors="replace") != _TAG:
        raise ValueError(f"{folder} is no cache of jaxlint: its CACHEDIR.TAG does not say so")
    shutil.rmtree(folder)
    return True
