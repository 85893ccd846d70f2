"""From evidence to verdict. Pure: the same evidence gives the same verdict everywhere."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
from dataclasses import dataclass
from importlib import resources

from jaxlint.finding import Finding, Hazard
from jaxlint.verify.instrument import statement_lines
from jaxlint.verify.model import Evidence, Level, Seen, Verdict

LEAK_CLASSES = ("UnexpectedTracerError", "TracerArrayConversionError")
OWN_SEARCH = "verify/synth_run.py"
TRACED = re.compile(r"when the value leaked was .*? at (.+?):(\d+) traced for")
CONTRACT_CLASS = "JaxUsageError"


@dataclass(frozen=True)
class Places:
    """Where an error must have passed or must name to belong to a finding."""

    path: str
    site: tuple[int, int]
    """First and last line of the flagged statement."""
    functions: tuple[tuple[str, int, int], ...]
    """Name, first and last line of the functions that the chain and the flagged code name."""


@functools.lru_cache(maxsize=64)
def _tree(path: str, stamp: float) -> ast.Module | None:
    try:
        with open(path, "rb") as handle:
            return ast.parse(handle.read())
    except (OSError, SyntaxError, ValueError):
        return None


def parsed(path: str) -> ast.Module | None:
    """The tree of the file at `path`, or None when it cannot be read or parsed."""
    try:
        return _tree(path, os.path.getmtime(path))
    except OSError:
        return None


@functools.lru_cache(maxsize=256)
def site_lines(finding: Finding) -> Places:
    """The places of `finding`: its statement, and the functions on its effect chain."""
    span = finding.span
    tree = parsed(span.path)
    if tree is None:
        return Places(span.path, (span.line, span.end_line), ())
    lines = statement_lines(tree, span)
    marked = {link.span.line for link in finding.chain if _same(link.span.path, span.path)}
    called = _names_in(tree, lines)
    functions = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            first, last = node.lineno, node.end_lineno or node.lineno
            name = getattr(node, "name", "<lambda>")
            on_chain = any(first <= line <= last for line in marked) and not (
                first <= span.line <= last and not isinstance(node, ast.Lambda)
            )
            if on_chain or name in called or (name == "<lambda>" and lines[0] <= first <= lines[1]):
                functions.append((name, first, last))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(d.lineno == span.line for d in node.decorator_list):
                functions.append((node.name, node.lineno, node.end_lineno or node.lineno))
        elif isinstance(node, ast.Assign) and any(_target(t) in called for t in node.targets):
            functions.append((_target(node.targets[0]), node.lineno, node.end_lineno or 0))
    return Places(span.path, lines, tuple(functions))


def _target(node: ast.expr) -> str:
    """The name that an assignment's target binds, the attribute's for `self.step = ...`."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _names_in(tree: ast.Module, lines: tuple[int, int]) -> set[str]:
    """Names and attributes used on the flagged lines."""
    out: set[str] = set()
    for node in ast.walk(tree):
        if lines[0] <= getattr(node, "lineno", 0) <= lines[1]:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                out.add(node.id)
            elif isinstance(node, ast.Attribute):
                out.add(node.attr)
    return out


def _same(one: str, two: str) -> bool:
    return os.path.abspath(one) == os.path.abspath(two)


def passes_site(seen: Seen, places: Places) -> bool:
    """Whether the traceback went through the flagged statement."""
    first, last = places.site
    return seen.inside or any(
        first <= line <= last and _same(path, places.path) for path, line, _ in seen.frames
    )


def names_site(seen: Seen, places: Places) -> bool:
    """Whether the error's text names the flagged statement or a function on the chain.

    JAX's UnexpectedTracerError says which function was traced when the value leaked
    (`body at net.py:12 traced for scan`), where the value was made, and the last five frames.
    """
    spans = [places.site] + [(first, last) for _, first, last in places.functions]
    base = os.path.basename(places.path)
    for piece in seen.text.split(base + ":")[1:]:
        digits = ""
        for char in piece:
            if not char.isdigit():
                break
            digits += char
        if digits and any(first <= int(digits) <= last for first, last in spans):
            return True
    return False


def passes_chain(seen: Seen, places: Places) -> bool:
    """Whether the traceback went through a function that the finding names."""
    return any(
        first <= line <= last and _same(path, places.path)
        for path, line, _ in seen.frames
        for _, first, last in places.functions
    )


@functools.cache
def _messages() -> dict[str, list[str]]:
    text = resources.files("jaxlint.verify").joinpath("data/messages.json").read_text()
    data: dict[str, list[str]] = json.loads(text)
    return data


def matches(finding: Finding, seen: Seen) -> bool:
    """Whether `seen` is the exception that `finding` declared, at its site."""
    places = site_lines(finding)
    if finding.hazard is Hazard.ERROR:
        wanted = finding.exception
        if wanted and wanted.rpartition(".")[2] not in seen.classes:
            return False
        said = _messages().get(finding.code)
        if said and not any(text in seen.text for text in said):
            return False
        return passes_site(seen, places) or passes_chain(seen, places)
    if not any(name in seen.classes for name in LEAK_CLASSES):
        return False
    traced = TRACED.search(seen.text)
    if traced is not None and traced.group(1).replace(os.sep, "/").endswith(OWN_SEARCH):
        return False  # a body that the verifier's own search had traced, from a cache
    if not unplaced(finding, seen):
        if finding.hazard is Hazard.TOLERATED and not traces_site(seen, places):
            return False
        return names_site(seen, places)
    return seen.inside or passes_chain(seen, places)


def traces_site(seen: Seen, places: Places) -> bool:
    """Whether the function that JAX says was traced when the value leaked is the flagged one."""
    found = TRACED.search(seen.text)
    if found is None or not _same(found.group(1), places.path):
        return False
    line = int(found.group(2))
    spans = [places.site] + [(first, last) for _, first, last in places.functions]
    return any(first <= line <= last for first, last in spans)


def unplaced(finding: Finding, seen: Seen) -> bool:
    """Whether a leak's text names no line of the user's file.

    Tracers of `vmap` and `grad` do not know where they were made, nor do those of a traced partial.
    """
    return os.path.basename(finding.span.path) + ":" not in seen.text


def objects(finding: Finding, seen: Seen) -> bool:
    """Whether `seen` is Haiku's own checker objecting to the flagged code."""
    places = site_lines(finding)
    return CONTRACT_CLASS in seen.classes and (
        seen.inside or passes_site(seen, places) or passes_chain(seen, places)
    )


def deciding(finding: Finding, evidence: Evidence) -> Seen | None:
    """The exception that decides, if one does: the declared one first, then the checker's."""
    for seen in evidence.errors:
        if CONTRACT_CLASS not in seen.classes and matches(finding, seen):
            return seen
    for seen in evidence.errors:
        if finding.exception == CONTRACT_CLASS and matches(finding, seen):
            return seen
    for seen in evidence.errors:
        if finding.hazard is not Hazard.ERROR and objects(finding, seen):
            return seen
    return None


def verdict(finding: Finding, evidence: Evidence) -> Verdict:
    """What `evidence` says about `finding`."""
    executed = evidence.executed > 0 or evidence.level == Level.PATTERN.value
    seen = deciding(finding, evidence)
    if executed and evidence.numbers and finding.hazard is Hazard.SILENT:
        return Verdict.CONFIRMED
    if executed and seen is not None:
        if CONTRACT_CLASS in seen.classes and finding.exception != CONTRACT_CLASS:
            return Verdict.CONTRACT
        return Verdict.CONFIRMED
    return _without_sign(evidence, executed)


def _without_sign(evidence: Evidence, executed: bool) -> Verdict:
    """The verdict when nothing of what was declared was seen."""
    if evidence.problem == "timeout":
        return Verdict.TIMEOUT
    if evidence.problem == "crashed":
        return Verdict.CRASHED
    if evidence.blocked and (evidence.problem or evidence.errors):
        return Verdict.BLOCKED
    if evidence.problem == "import":
        return Verdict.IMPORT_ERROR
    if executed and evidence.clean:
        return Verdict.NOT_REPRODUCED
    if evidence.problem == "inputs" or evidence.errors:
        return Verdict.NO_INPUTS
    return Verdict.NOT_REPRODUCED if executed else Verdict.UNREACHED


def exception_name(seen: Seen) -> str:
    """The class to report: the most derived one, but a leak by the name that users know."""
    return seen.classes[0] if seen.classes else "Exception"


def headline(finding: Finding, evidence: Evidence) -> tuple[str | None, str]:
    """(exception class or None, the error's own first line or what was seen instead)."""
    if evidence.numbers and finding.hazard is Hazard.SILENT:
        return None, evidence.numbers
    seen = deciding(finding, evidence)
    if seen is None and evidence.errors:
        seen = evidence.errors[-1]
        return exception_name(seen), seen.message
    if seen is not None:
        return exception_name(seen), seen.message
    if evidence.message:
        return None, evidence.message
    if evidence.executed:
        return None, f"the flagged code ran {evidence.executed} times and nothing of this was seen"
    return None, "the flagged code was not reached"
