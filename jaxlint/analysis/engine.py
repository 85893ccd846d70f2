"""From a file to its findings: read, triage, evaluate every entry, let the rules look."""

from __future__ import annotations

import ast
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jaxlint.analysis.callers import is_guarded_elsewhere
from jaxlint.analysis.core import BudgetSpent
from jaxlint.analysis.entries import run_entries
from jaxlint.analysis.interpreter import Interpreter
from jaxlint.analysis.leftovers import leftovers
from jaxlint.analysis.module import (
    ModuleFile,
    SourceError,
    decode_source,
    parse_source,
    read_source,
)
from jaxlint.analysis.observations import Observation, RawSite
from jaxlint.analysis.project import Project
from jaxlint.analysis.triage import has_effects, may_matter
from jaxlint.analysis.values import (
    Const,
)
from jaxlint.config import Options
from jaxlint.finding import Diagnostic, Finding, Hazard

if TYPE_CHECKING:
    from jaxlint.rules.registry import Rule

RECURSION_LIMIT = 6000
"""Python frames allowed while a file is evaluated: nested expressions and calls followed."""


@dataclass
class FileReport:
    """What was found in one file.

    findings: sorted, before any filtering. diagnostics: why the file could not be (wholly) read.
    dependencies: the other files whose content the findings depend on.
    """

    path: str
    findings: list[Finding] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    dependencies: list[str] = field(default_factory=list)


def analyse(
    path: str,
    source: str | bytes | None = None,
    *,
    tree: ast.Module | None = None,
    options: Options | None = None,
    project: Project | None = None,
) -> FileReport:
    """Analyse one file. Never raises for what the file holds: trouble becomes a diagnostic.

    source: its text, if it has been read already. tree: its tree, if it has been parsed already.
    """
    report = FileReport(path)
    options = options if options is not None else Options()
    project = project if project is not None else Project((), options)
    try:
        if source is None:
            source = read_source(path)
        elif isinstance(source, bytes):
            source = decode_source(path, source)
        if not may_matter(source):
            if tree is None:
                _check_syntax(path, source)
            return report
        with _paused_collector():
            if tree is None:
                tree = parse_source(path, source)
            if options_need_no_marker(options) and not has_effects(project, path, source):
                file = _module(path, source, tree, project)
                left, read = _left_over(file)
                report.findings = _judge(left, file, path)
                report.dependencies = sorted(read)
                return report
            _evaluate(report, path, source, tree, options, project)
    except SourceError as error:
        report.diagnostics.append(Diagnostic(path, error.line, error.message))
    return report


def options_need_no_marker(options: Options) -> bool:
    """Whether effects can only come from Haiku: no in-house ones are configured."""
    return not options.effects and not options.roots


def _check_syntax(path: str, source: str) -> None:
    with _paused_collector():
        parse_source(path, source)


@contextmanager
def _paused_collector() -> Iterator[None]:
    """No garbage collection while trees are built and evaluated."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _deeper_recursion() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _module(path: str, source: str, tree: ast.Module, project: Project) -> ModuleFile:
    name, is_package = project.name_of(path)
    file = ModuleFile(os.path.abspath(path), source, tree, name, project, is_package)
    file.linted = True
    return file


def _left_over(file: ModuleFile) -> tuple[list[Observation], set[str]]:
    try:
        with _deeper_recursion():
            return leftovers(file)
    except RecursionError:
        return [], set()  # the evaluation of such a file says so


def _evaluate(
    report: FileReport,
    path: str,
    source: str,
    tree: ast.Module,
    options: Options,
    project: Project,
) -> None:
    file = _module(path, source, tree, project)
    file.env.names["__name__"] = Const("__main__")
    interpreter = Interpreter(file, project, options)
    with _deeper_recursion():
        try:
            run_entries(interpreter, file)
        except BudgetSpent:
            message = (
                f"the analysis stopped after {options.max_steps} steps: findings may be missing "
                "(raise max-steps to look further)"
            )
            report.diagnostics.append(Diagnostic(path, 1, message, fatal=False))
        except RecursionError:
            message = "the analysis stopped in a deeply nested expression: findings may be missing"
            report.diagnostics.append(Diagnostic(path, 1, message, fatal=False))
    if interpreter.went_too_deep:
        message = (
            f"calls more than {options.max_depth} deep were not followed: findings may be missing "
            "(raise max-depth to look further)"
        )
        report.diagnostics.append(Diagnostic(path, 1, message, fatal=False))
    seen = [
        each
        for each in interpreter.observations
        if not (isinstance(each, RawSite) and is_guarded_elsewhere(each, interpreter))
    ]
    left, read = _left_over(file)
    report.findings = _judge([*seen, *left], file, path)
    report.dependencies = sorted(interpreter.dependencies | read)
    interpreter.release()


def _judge(observations: list[Observation], file: ModuleFile, path: str) -> list[Finding]:
    """Let every rule look at every observation; keep the worst finding of each place."""
    if not observations:
        return []
    from jaxlint.rules.registry import all_rules

    by_type: dict[type, list[Rule]] = {}
    for rule in all_rules().values():
        by_type.setdefault(rule.observes, []).append(rule)
    found: dict[tuple[object, ...], Finding] = {}
    seen: dict[tuple[object, ...], Observation] = {}
    together: dict[tuple[type, int], list[Observation]] = {}
    for observation in observations:
        if observation.file is not file:
            continue
        together.setdefault((type(observation), id(observation.node)), []).append(observation)
        for rule in by_type.get(type(observation), ()):
            for finding in rule.check(observation):
                seen[_keep(found, finding)] = observation
    if not found:
        return []
    from jaxlint.fixes import with_fixes

    fixed = with_fixes(
        file,
        [(f, together[type(seen[key]), id(seen[key].node)]) for key, f in found.items()],
    )
    return sorted((_at_path(f, path) for f in fixed), key=lambda f: f.sort_key)


_QUESTIONS = {
    **dict.fromkeys(("JAX101", "JAX102", "JAX103"), "raw"),
    **dict.fromkeys(("JAX211", "JAX212", "JAX213"), "raw linen"),
}
_ORDER = {Hazard.LEAK: 0, Hazard.ERROR: 1, Hazard.SILENT: 2, Hazard.TOLERATED: 3}


def _keep(found: dict[tuple[object, ...], Finding], finding: Finding) -> tuple[object, ...]:
    """One finding for each place and question: JAX101-103 are answers to the same one.

    Returns the place and question.
    """
    question = _QUESTIONS.get(finding.code, finding.code)
    key = (question, finding.span)
    other = found.get(key)
    if other is None or _rank(finding) < _rank(other):
        found[key] = finding
    return key


def _rank(finding: Finding) -> tuple[str, int]:
    return (finding.code, _ORDER[finding.hazard])


def _at_path(finding: Finding, path: str) -> Finding:
    """The finding with the path as the caller spelled it (the evaluator knows absolute ones)."""
    from dataclasses import replace

    if finding.span.path == path:
        return finding
    own = finding.span.path
    chain = tuple(
        replace(link, span=replace(link.span, path=path)) if link.span.path == own else link
        for link in finding.chain
    )
    fix = finding.fix
    if fix is not None:
        edits = tuple(replace(e, span=replace(e.span, path=path)) for e in fix.edits)
        fix = replace(fix, edits=edits)
    return replace(finding, span=replace(finding.span, path=path), chain=chain, fix=fix)
