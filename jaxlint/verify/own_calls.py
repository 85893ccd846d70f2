"""The file's own calls: import it, run its entries, and repeat the init/apply calls they make."""

from __future__ import annotations

import ast
import contextlib
import functools
import re
import sys
from typing import Any

from jaxlint.finding import Hazard
from jaxlint.verify import errors, judge, linen, losses, places, script, standins, watch
from jaxlint.verify.exercise import Bench, Enough, Root
from jaxlint.verify.loader import UserCode
from jaxlint.verify.model import DECISIVE, Level


def import_file(user: UserCode, bench: Bench, seen: watch.Watch) -> bool:
    """Import the file; whether its code can be used further."""
    sliced = bench.evidence.level == Level.SLICE.value
    argv, sys.argv = sys.argv, [user.path]
    try:
        with standins.command_lines() if sliced else contextlib.nullcontext():
            user.load()
        standins.flags_parsed()
    except SystemExit as error:
        return _import_problem(bench, error)
    except Exception as error:
        reached = user.site.executed > 0
        if reached:
            try:
                bench.saw(error, "import", inside=bool(user.site.raised))
            except Enough:
                raise
        return _import_problem(bench, error)
    finally:
        sys.argv = argv
    bench.evidence.program = script.own_calls(user, bench.evidence.level, "")
    _leaks(bench, seen)
    return True


def _import_problem(bench: Bench, error: BaseException) -> bool:
    evidence = bench.evidence
    evidence.problem = "import"
    evidence.message = f"{type(error).__name__}: {errors.first_line(str(error))}"
    evidence.errors.append(errors.seen(error, "import"))
    return False


def _leaks(bench: Bench, seen: watch.Watch) -> None:
    """Hand the leaks that the watch found to the judge. Raises Enough."""
    for leaks in (seen.leaks, seen.linen.leaks):
        while leaks:
            where, error = leaks.pop(0)
            bench.saw(error, f"{where}, used")


def spans(node: ast.AST, line: int) -> bool:
    """Whether the statement `node` covers `line`."""
    return isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)


def run_entries(
    user: UserCode,
    bench: Bench,
    seen: watch.Watch,
    tree: ast.Module,
    leading: set[str] | None = None,
) -> None:
    """Run every entry that leads to the flagged line, then the calls it made in other ways.

    `leading` are the names that lead there when `tree` is another file of the project.
    """
    finding = bench.finding
    replay(bench, seen, 0)
    out = places.outline(tree)
    here, around = out.start(finding.span.line) if leading is None else (leading, [])
    names, met = out.lead(here, around)
    reaching = {name.partition(".")[0] for name in names} | set(names) | met
    for name, node in places.entries(tree):
        inside = leading is None and spans(node, finding.span.line)
        uses = places._names(node) & {r.rpartition(".")[2] for r in reaching}
        if not (inside or name in reaching or uses):
            continue
        count = user.site.executed
        bench.evidence.program = script.own_calls(user, bench.evidence.level, name)
        bench.evidence.ran = f"{name}()" if name != "__main__" else "the main guard"
        known = {id(p): len(p.calls) for p in seen.pairs}
        seen.linen.forget()
        bench.phase(bench.evidence.ran, functools.partial(call_entry, user, name, node))
        _leaks(bench, seen)
        two_parts(bench)
        made_there = any(at_site(bench, pair) for pair in seen.pairs)
        if user.site.executed > count or made_there:
            replay(bench, seen, 0, known)
        if user.site.executed:
            replay_linen(bench, seen)


def call_entry(user: UserCode, name: str, node: ast.AST) -> Any:
    """Run one entry of `places.entries`."""
    module = user.main
    assert module is not None
    argv, sys.argv = sys.argv, [user.path]
    try:
        if name == "__main__":
            assert isinstance(node, ast.If)
            body = ast.Module(node.body, [])
            exec(compile(_counted(body, user), user.path, "exec"), module.__dict__)
            return None
        owner, _, method = name.rpartition(".")
        if owner:
            return _test_method(getattr(module, owner), method)
        function = getattr(module, name)
        given = () if not places.required(node) else ([user.path],)  # type: ignore[arg-type]
        return function(*given)
    except SystemExit:
        return None
    finally:
        sys.argv = argv


def _counted(body: ast.Module, user: UserCode) -> ast.Module:
    """The main guard's body, its flagged expression counted when it holds it."""
    if user.span is None:
        return body
    from jaxlint.verify.instrument import instrument

    tree, _ = instrument(user.source, user.path, user.span, user.harmless)
    for node in tree.body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            return ast.Module(node.body, [])
    return body


def _test_method(cls: Any, method: str) -> Any:
    import unittest

    if isinstance(cls, type) and issubclass(cls, unittest.TestCase):
        if not hasattr(cls, method):  # a parameterised one is there under other names
            names = [n for n in dir(cls) if re.fullmatch(rf"{method}_?\d\w*", n)]
            return [_test_method(cls, name) for name in names]
        case = cls(method)
        case.setUp()
        try:
            return getattr(case, method)()
        finally:
            case.tearDown()
    instance = cls()
    setup = getattr(instance, "setup_method", None)
    if callable(setup):
        setup()
    return getattr(instance, method)()


def replay(
    bench: Bench, seen: watch.Watch, start: int, known: dict[int, int] | None = None
) -> None:
    """Make the recorded init/apply calls again: eagerly, under jit, with sound parameters."""
    if bench.site.executed and bench.until and not bench.until.startswith(("init", "apply")):
        return  # a fixed copy, of which the calls themselves have shown enough
    for pair in list(seen.pairs[start:]):
        if known is not None and known.get(id(pair)) == len(pair.calls):
            continue
        root = root_of_calls(pair, at_site(bench, pair))
        if root is None:
            continue
        bench.evidence.ran = f"{bench.evidence.ran or 'import'}, its init/apply calls repeated"
        bench.evidence.program += script.repeated(pair.calls)
        bench.exercise(root)
        if judge.verdict(bench.finding, bench.evidence) in DECISIVE:
            raise Enough


FOLLOWED = ("JAX207",)
"""The rules that are shown by what the flagged `apply` updates."""


def two_parts(bench: Bench) -> None:
    """For one value that is unpacked into two: whether it let that happen. Raises Enough."""
    if judge.may_be_silent(bench.finding) and bench.finding.hazard is Hazard.ERROR:
        bench.found(losses.two_parts(bench.site.values))


LOST = {"JAX206": losses.lost_sows, "JAX207": losses.lost_updates}


def replay_linen(bench: Bench, seen: watch.Watch) -> None:
    """What the file's own Linen calls lost; then those that reach the flagged code again."""
    calls, finding = seen.linen.made, bench.finding
    if finding.code in LOST:
        bench.found(LOST[finding.code](seen.linen))
        return
    if finding.hazard is Hazard.ERROR:
        return  # an error shows itself in the call
    done: set[tuple[type, str, str]] = set()
    inside = any(call.executed for call in calls)  # else the flagged code made the class
    for call in sorted(calls, key=lambda c: c.what != "apply"):  # what init is given may be less
        method = call.kwargs.get("method")
        kind = (type(call.module), str(getattr(method, "__name__", method)), _flags(call))
        if (inside and not call.executed) or call.at_site or kind in done:
            continue
        done.add(kind)
        args, kwargs = errors.materialise((call.args, call.inputs))
        streams = seen.linen.streams
        build = functools.partial(_itself, call.module)
        bench.evidence.ran = f"{bench.evidence.ran or 'import'}, its init/apply calls repeated"
        bench.exercise(Root(build, args, kwargs, "linen", method=method, streams=streams))
        if judge.verdict(finding, bench.evidence) in DECISIVE:
            raise Enough


def _flags(call: linen.Call) -> str:
    """What of the inputs are no arrays: training is another run than evaluation."""
    given = [*enumerate(call.args), *sorted(call.inputs.items())]
    return repr([(name, v) for name, v in given if isinstance(v, (bool, int, str, type(None)))])


def _itself(module: Any) -> Any:
    return module


def _first_of(build: Any) -> Any:
    """The function that `hk.multi_transform(build)` runs as its `init`."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return build()[0](*args, **kwargs)

    return function


def at_site(bench: Bench, pair: watch.Pair) -> bool:
    """Whether the flagged statement made the pair."""
    places = judge.site_lines(bench.finding)
    path, line = pair.made_at
    decorated = any(line in (first, first - 1) for _, first, _ in places.functions)
    inside = places.site[0] <= line <= places.site[1]
    return path == bench.user_path and (inside or (decorated and line == bench.finding.span.line))


def root_of_calls(pair: watch.Pair, at_site: bool) -> Root | None:
    """The pair with the arguments of its own calls that reached the flagged code, or None.

    at_site: the flagged code made the pair, so that all its calls count.
    """
    state, rng = int(pair.with_state), int(pair.takes_rng)
    for what, skip in (("init", 1), ("apply", 1 + state + rng)):
        call = pair.last(what)
        if call is None or not (call.executed or at_site) or len(call.args) < skip - 1:
            continue
        kwargs = {k: v for k, v in call.kwargs.items() if k not in ("rng", "params", "state")}
        function = pair.original
        if pair.kind.startswith("multi"):
            function = _first_of(pair.original)

        kind = "transform" if pair.kind in ("transform", "multi_transform") else pair.kind
        return Root(function, tuple(call.args[skip:]), kwargs, kind, pair.takes_rng, at_site)
    return None
