"""From evidence to verdict. Pure: the same evidence gives the same verdict everywhere."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
from dataclasses import dataclass
from importlib import resources

from jaxlint.finding import Finding, Hazard, Span
from jaxlint.verify.contracts import CLASSES
from jaxlint.verify.instrument import statement_lines
from jaxlint.verify.model import Evidence, Level, Seen, Verdict

LEAK_CLASSES = ("UnexpectedTracerError", "TracerArrayConversionError")
OWN_SEARCH = "verify/synth_run.py"
TRACED = re.compile(r"when the value leaked was .*? at (.+?):(\d+) traced for")
NOT_STAGING = {"vmap", "vectorize", "apply_along_axis", "grad", "value_and_grad", "jacfwd"} | {
    "jacrev", "hessian", "jvp", "vjp", "linearize", "custom_vjp", "custom_jvp", "custom_gradient"
}  # fmt: skip
STANDS_IN = "<stand-in for "
JITTED = "under jit"
NAMED_LINE = re.compile(r"((?:/|[A-Za-z]:\\)[^\n:]*):(\d+)")


@dataclass(frozen=True)
class Places:
    """Where an error must have passed or must name to belong to a finding."""

    path: str
    site: tuple[int, int]
    """First and last line of the flagged statement."""
    functions: tuple[tuple[str, int, int], ...]
    """File, first and last line of the functions that the chain and the flagged code name."""
    decorated: tuple[str, ...] = ()
    """What a flagged decorator stands on, as Python prints it: the function, and its class."""

    def hold(self, path: str, line: int) -> bool:
        """Whether `line` of `path` is in the flagged statement or one of the functions."""
        if _same(path, self.path) and self.site[0] <= line <= self.site[1]:
            return True
        return self.in_function(path, line)

    def in_function(self, path: str, line: int) -> bool:
        """Whether `line` of `path` is in one of the functions."""
        return any(a <= line <= b and _same(path, file) for file, a, b in self.functions)


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
    functions: list[tuple[str, int, int]] = []
    decorated: list[str] = []
    named: dict[str, list[tuple[str, int, int]]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            first, last = node.lineno, node.end_lineno or node.lineno
            name = getattr(node, "name", "<lambda>")
            around = first <= span.line <= last and not isinstance(node, ast.Lambda)
            on_chain = any(first <= line <= last for line in marked) and not around
            if on_chain or (name == "<lambda>" and lines[0] <= first <= lines[1]):
                functions.append((span.path, first, last))
            elif name in called:
                named.setdefault(name, []).append((span.path, first, last))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(d.lineno == span.line for d in node.decorator_list):
                functions.append((span.path, node.lineno, node.end_lineno or node.lineno))
                decorated += _as_printed(tree, node)
        elif isinstance(node, ast.Assign) and _target(node.targets[0]) in called:
            bound = named.setdefault(_target(node.targets[0]), [])
            bound.append((span.path, node.lineno, node.end_lineno or 0))
    for candidates in named.values():
        functions += _nearest(tree, span, candidates)
    functions += _elsewhere(finding)
    return Places(span.path, lines, tuple(functions), tuple(decorated))


def _as_printed(tree: ast.Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """How an error's text names a method that never got to run, and its class."""
    for owner in ast.walk(tree):
        if isinstance(owner, ast.ClassDef) and node in owner.body:
            return [
                rf"<function (\S+\.)?{owner.name}\.{node.name} at",
                rf"<class '\S+\.{owner.name}'>",
            ]
    return [rf"<function (\S+\.)?{node.name} at"]


def _nearest(
    tree: ast.Module, span: Span, candidates: list[tuple[str, int, int]]
) -> list[tuple[str, int, int]]:
    """Of several things with one name, those in the function around the flagged code, if any."""
    around = [
        (node.lineno, node.end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.lineno <= span.line <= (node.end_lineno or 0)
    ]
    for first, last in sorted(around, reverse=True):
        inside = [c for c in candidates if first <= c[1] and c[2] <= last]
        if inside:
            return inside
    return candidates


def _elsewhere(finding: Finding) -> list[tuple[str, int, int]]:
    """The functions on the chain that are in other files."""
    out = []
    for link in finding.chain:
        tree = None if _same(link.span.path, finding.span.path) else parsed(link.span.path)
        around = [
            node
            for node in ast.walk(tree or ast.Module([], []))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.lineno <= link.span.line <= (node.end_lineno or 0)
        ]
        if around:
            node = max(around, key=lambda n: n.lineno)
            out.append((link.span.path, node.lineno, node.end_lineno or node.lineno))
    return out


def _fails_at_use(finding: Finding, seen: Seen) -> bool:
    """Whether the error passed the line where the result is used, and not the flagged call."""
    line = finding.facts["used_at"]
    use = next((link.span for link in finding.chain if link.span.line == line), None)
    if use is None or seen.inside:
        return False
    last = use.end_line
    return any(use.line <= at <= last and _same(path, use.path) for path, at, _ in seen.frames)


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
    (`body at /home/me/net.py:12 traced for scan`), where the value was made, and the frames of it.
    """
    return any(
        places.hold(match.group(1), int(match.group(2))) for match in NAMED_LINE.finditer(seen.text)
    )


def passes_chain(seen: Seen, places: Places) -> bool:
    """Whether the traceback went through a function that the finding names."""
    return any(places.in_function(path, line) for path, line, _ in seen.frames)


@functools.cache
def _messages() -> dict[str, list[str]]:
    text = resources.files("jaxlint.verify").joinpath("data/messages.json").read_text()
    data: dict[str, list[str]] = json.loads(text)
    return data


def matches(finding: Finding, seen: Seen) -> bool:
    """Whether `seen` is the exception that `finding` declared, at its site."""
    places = site_lines(finding)
    if STANDS_IN in seen.text:
        return False  # it is about what the verifier put there
    if finding.hazard is Hazard.ERROR:
        wanted = finding.exception
        if wanted and wanted.rpartition(".")[2] not in seen.classes:
            return False
        said = _messages().get(finding.code)
        if said and not any(text in seen.text for text in said):
            return False
        if "used_at" in finding.facts:
            return _fails_at_use(finding, seen)
        named = any(re.search(text, seen.text) for text in places.decorated)
        return named or passes_site(seen, places) or passes_chain(seen, places)
    if not any(name in seen.classes for name in LEAK_CLASSES):
        return False
    if seen.phase.endswith(JITTED) and LEAK_CLASSES[0] not in seen.classes:
        return False  # NumPy's functions take no tracer, leaked or not
    traced = TRACED.search(seen.text)
    if traced is not None and traced.group(1).replace(os.sep, "/").endswith(OWN_SEARCH):
        return False  # a body that the verifier's own search had traced, from a cache
    if not unplaced(finding, seen):
        if finding.hazard is Hazard.TOLERATED and not traces_site(
            seen, places, str(finding.facts.get("transform", ""))
        ):
            return False
        return names_site(seen, places)
    if finding.hazard is Hazard.TOLERATED:
        return seen.inside  # what it calls may leak elsewhere too, under another transform
    return seen.inside or passes_chain(seen, places)


def traces_site(seen: Seen, places: Places, transform: str) -> bool:
    """Whether the function that JAX says was traced when the value leaked is the flagged one."""
    if transform.rpartition(".")[2] in NOT_STAGING:
        return False  # its tracers do not say where they were made: this one is another's
    found = TRACED.search(seen.text)
    if found is None:
        return False
    return places.hold(found.group(1), int(found.group(2)))


def unplaced(finding: Finding, seen: Seen) -> bool:
    """Whether a leak's text names no line of the finding's files.

    Tracers of `vmap` and `grad` do not know where they were made, nor do those of a traced partial.
    """
    files = {finding.span.path, *(link.span.path for link in finding.chain)}
    return not any(os.path.abspath(path) + ":" in seen.text for path in files)


def objection(seen: Seen) -> bool:
    """Whether `seen` is of a checker's class."""
    return any(name in seen.classes for name in CLASSES)


def objects(finding: Finding, seen: Seen) -> bool:
    """Whether `seen` is the library's checker objecting to the flagged code."""
    places = site_lines(finding)
    return objection(seen) and (
        seen.inside or passes_site(seen, places) or passes_chain(seen, places)
    )


def deciding(finding: Finding, evidence: Evidence) -> Seen | None:
    """The exception that decides, if one does: the declared one first, then the checker's."""
    for seen in evidence.errors:
        if not objection(seen) and matches(finding, seen):
            return seen
    for seen in evidence.errors:
        if finding.exception in CLASSES and matches(finding, seen):
            return seen
    for seen in evidence.errors:
        if finding.hazard is not Hazard.ERROR and objects(finding, seen):
            return seen
    return None


def may_be_silent(finding: Finding) -> bool:
    """Whether numbers alone show the hazard: two rows, or two modules, unpack without a word."""
    return finding.hazard is Hazard.SILENT or finding.facts.get("unpacked") == 2


def verdict(finding: Finding, evidence: Evidence) -> Verdict:
    """What `evidence` says about `finding`."""
    executed = evidence.executed > 0 or evidence.level == Level.PATTERN.value
    seen = deciding(finding, evidence)
    if executed and evidence.numbers and may_be_silent(finding):
        return Verdict.CONFIRMED
    if executed and seen is not None:
        if objection(seen) and finding.exception not in CLASSES:
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
    if evidence.numbers and may_be_silent(finding):
        return None, evidence.numbers
    seen = deciding(finding, evidence)
    # Not all code can run under `jit`, and nobody asked for it: to have run without is enough.
    others = [e for e in evidence.errors if not (evidence.clean and e.phase.endswith(JITTED))]
    if seen is None and others:
        return exception_name(others[-1]), others[-1].message
    if seen is not None:
        return exception_name(seen), seen.message
    if evidence.message:
        return None, evidence.message
    if evidence.executed:
        return None, f"the flagged code ran {evidence.executed} times and nothing of this was seen"
    return None, "the flagged code was not reached"
