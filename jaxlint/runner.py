"""Check one file: read, parse, analyse, hold against its `noqa` comments."""

from __future__ import annotations

import contextlib
import gc
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jaxlint.codes import INTERNAL
from jaxlint.config import Options
from jaxlint.finding import Diagnostic, Finding

if TYPE_CHECKING:
    from jaxlint.watched import WatchedProject


@dataclass
class FileResult:
    """What is known of one file, before the configuration says which findings show.

    suppressed: findings that a `noqa` comment covers. unused: JAX001 findings.
    dependencies: paths of other files, and of folders, that the findings depend on.
    """

    path: str
    findings: list[Finding] = field(default_factory=list)
    suppressed: list[Finding] = field(default_factory=list)
    unused: list[Finding] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    dependencies: list[str] = field(default_factory=list)


class Checker:
    """Checks files one after another; the files of the project that they lead to are read once."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._project: WatchedProject | None = None

    def check(self, path: str, data: bytes | None = None) -> FileResult:
        """Read (unless `data` is given) and check the file at `path`. Never raises an Exception."""
        from jaxlint.analysis.module import SourceError

        try:
            return self._check(path, data)
        except SourceError as error:
            return FileResult(path, diagnostics=[Diagnostic(path, error.line, error.message)])
        except Exception as error:
            return FileResult(path, diagnostics=[Diagnostic(path, 1, failure(error))])

    def _check(self, path: str, data: bytes | None) -> FileResult:
        from jaxlint.analysis.module import decode_source, parse_source, read_source
        from jaxlint.analysis.triage import may_matter
        from jaxlint.suppress import NoqaComments, lines_of, may_name_our_codes

        source = read_source(path) if data is None else decode_source(path, data)
        result = FileResult(path)
        noqa = None
        if "flake8" in source or may_name_our_codes(source):
            noqa = NoqaComments(path, lines_of(source))
            if noqa.covers_file():
                return result
        with quiet_parsing():
            tree = parse_source(path, source)
        findings: list[Finding] = []
        if may_matter(source):
            from jaxlint.analysis.engine import analyse

            project = self._shared_project()
            report = analyse(path, source, tree=tree, options=self.options, project=project)
            findings = report.findings
            result.diagnostics = report.diagnostics
            result.dependencies = sorted(project.take_noted().union(report.dependencies))
        if findings or noqa:
            noqa = noqa or NoqaComments(path, lines_of(source))
            for finding in findings:
                (result.suppressed if noqa.covers(finding) else result.findings).append(finding)
            result.unused = noqa.unused(findings, self.options.disable)
        return result

    def _shared_project(self) -> WatchedProject:
        from jaxlint.watched import WatchedProject

        if self._project is None:
            self._project = WatchedProject(options=self.options)
        self._project.take_noted()
        return self._project


def failure(error: Exception) -> str:
    """What to say of a file on which jaxlint itself failed."""
    reason = f"{type(error).__name__}: {error}".rstrip(": ").splitlines()[0]
    return f"{INTERNAL} jaxlint failed on this file ({reason}); please report it, with the file"


@contextlib.contextmanager
def quiet_parsing() -> Iterator[None]:
    """Without warnings about the code that is parsed, and with the garbage collector paused.

    A tree is many small objects and no garbage: collecting while it grows costs more than parsing.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if enabled:
            gc.enable()
