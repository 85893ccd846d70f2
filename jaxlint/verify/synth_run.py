"""Run the function or class around the flagged line with guessed inputs."""

from __future__ import annotations

import ast
import contextlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jaxlint.verify import errors, guesses, judge, own_calls, places, search, synthesise, watch
from jaxlint.verify.exercise import Bench, Enough, Root, split_arrays
from jaxlint.verify.guesses import Guess
from jaxlint.verify.hints import FileHints, Use, call_name, file_hints, uses
from jaxlint.verify.loader import UserCode
from jaxlint.verify.model import DECISIVE, Seen

CONCRETE = (
    "ConcretizationTypeError",
    "TracerBoolConversionError",
    "TracerIntegerConversionError",
    "TracerArrayConversionError",
    "NonConcreteBooleanIndexError",
)
CONV = {"Conv2D", "Conv2DTranspose", "max_pool", "avg_pool", "MaxPool", "AvgPool", "ResNet50"}


@dataclass
class Target:
    """Something to call: a name for the report, how to call it, its parameters, where it is written."""

    name: str
    call: Callable[..., Any]
    parameters: list[inspect.Parameter]
    node: ast.AST | None
    under_root: bool = True
    kind: str = "transform_with_state"
    needs_state: Callable[[], Any] | None = None
    takes_rng: bool = True
    at_site: bool = False


class Synthesis:
    """All targets of one loaded file, tried in order until the finding is settled."""

    def __init__(
        self,
        user: UserCode,
        bench: Bench,
        seen: watch.Watch,
        tree: ast.Module,
        given: dict[str, Guess],
    ) -> None:
        self.user, self.bench, self.seen, self.tree, self.given = user, bench, seen, tree, given
        self.outline = places.outline(tree)
        self.hints = file_hints(tree)
        self.tried: list[str] = []
        self.flips: dict[str, bool] = {}
        """Flags that must not have their default for the flagged line to be reached."""

    def run(self) -> None:
        """Raises Enough when the finding is settled."""
        any_target = False
        for target in self.targets():
            any_target = True
            self.attempt(target)
        evidence = self.bench.evidence
        if not any_target:
            evidence.problem = "inputs"
            evidence.message = "nothing around the flagged line can be called from outside"
        elif not evidence.executed and self.tried:
            evidence.problem = "inputs"
            last = evidence.errors[-1].message if evidence.errors else "not reached"
            evidence.message = f"tried {len(self.tried)} inputs, last {self.tried[-1]}: {last}"
            evidence.notes += [f"tried {t}" for t in self.tried[-12:]]
            evidence.notes.append(f"help: --inputs '{self.tried[0].partition('(')[2].rstrip(')')}'")

    def targets(self) -> Iterator[Target]:
        """Pairs made at import that lead to the line, then the definitions that do, nearest first."""
        names = self.outline.reaching(self.bench.finding.span.line)
        superseded = {id(p.original) for p in self.seen.pairs if not p.takes_rng}
        for pair in list(self.seen.pairs):
            if pair.takes_rng and id(pair.original) in superseded:
                continue
            target = self.pair_target(pair, names)
            if target is not None:
                yield target
        for name in names:
            node = self.outline.defs[name]
            owner = self.outline.defs.get(name.rpartition(".")[0])
            if isinstance(node, ast.ClassDef):
                continue
            with contextlib.suppress(AttributeError, TypeError, ValueError):
                if owner is None and "." not in name:
                    yield self.function_target(name, node)
                elif isinstance(owner, ast.ClassDef) and name.count(".") == 1:
                    yield from self.method_targets(name, node, owner)

    def pair_target(self, pair: watch.Pair, names: list[str]) -> Target | None:
        function = pair.original
        code = getattr(_unwrapped(function), "__code__", None)
        if code is None or code.co_filename != self.user.path or pair.kind.startswith("multi"):
            return None
        node = self.outline.node_at(code.co_firstlineno)
        line = self.bench.finding.span.line
        bare = {n.rpartition(".")[2] for n in names} | {n.partition(".")[0] for n in names}
        used = places._names(node) if node is not None else set()
        around = node is not None and node.lineno <= line <= (node.end_lineno or 0)  # type: ignore[attr-defined]
        defined_here = getattr(function, "__name__", "") in bare or used & bare or around
        at_site = own_calls.at_site(self.bench, pair)
        if not defined_here and not at_site:
            return None
        params = _parameters(function)
        name, rng = getattr(function, "__name__", "function"), pair.takes_rng
        return Target(name, function, params, node, kind=pair.kind, takes_rng=rng, at_site=at_site)

    def function_target(self, name: str, node: ast.AST) -> Target:
        function = getattr(self.user.module, name)
        inner = inspect.unwrap(function) if callable(function) else function
        if not callable(function):
            inner = getattr(getattr(function, "apply", None), "_original_fn", None)
            if inner is None:
                raise TypeError(name)
            return Target(name, inner, _parameters(inner), node, kind=_kind(function))
        return Target(name, function, _parameters(inner), node, under_root=self._rooted(node))

    def _rooted(self, node: ast.AST) -> bool:
        """Whether to run `node` under a root first: not when it makes its own."""
        if self.bench.finding.code in ("JAX105",):
            return False
        made = {call_name(n) for n in ast.walk(node) if isinstance(n, ast.Call)}
        if made & {*watch.NAMES}:
            return False
        attrs = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
        return not (self.bench.finding.code in ("JAX107", "JAX108", "JAX109") and attrs & {"apply", "init"})

    def method_targets(self, name: str, node: ast.AST, owner: ast.ClassDef) -> Iterator[Target]:
        cls, method = getattr(self.user.module, owner.name), name.rpartition(".")[2]
        names = [method]
        if method == "__init__":
            names = [m for m in ("__call__",) if hasattr(cls, m)] or ["__init__"]
        for concrete in self._concrete(cls):
            for called in names:
                yield self.method_target(concrete, called, node)

    def _concrete(self, cls: Any) -> list[Any]:
        """The class and, for an abstract one, the file's own subclasses."""
        module = self.user.module
        subs = [
            v
            for v in vars(module).values()
            if isinstance(v, type) and issubclass(v, cls) and v is not cls
        ]
        return [cls, *subs]

    def method_target(self, cls: Any, method: str, node: ast.AST) -> Target:
        import haiku as hk

        is_module = isinstance(cls, type) and issubclass(cls, hk.Module)
        build = self._builder(cls)
        if method == "__init__":
            return Target(cls.__name__, lambda: build(), [], node, under_root=is_module)
        function = inspect.unwrap(getattr(cls, method))
        static = isinstance(inspect.getattr_static(cls, method), (staticmethod, classmethod))
        params = _parameters(function)
        if not static or isinstance(inspect.getattr_static(cls, method), classmethod):
            params = params[1:] if params and params[0].name in ("self", "cls") else params

        def call(*args: Any, **kwargs: Any) -> Any:
            return getattr(build(), method)(*args, **kwargs)

        start = getattr(cls, "initial_state", None)
        state = (lambda: build().initial_state(synthesise.BATCH)) if start is not None else None
        code = getattr(function, "__code__", None)
        own = self.outline.node_at(code.co_firstlineno) if code is not None else node
        return Target(
            f"{cls.__name__}(...).{method}" if method != "__call__" else f"{cls.__name__}(...)",
            call,
            params,
            own or node,
            under_root=is_module or self.bench.finding.code == "JAX101",
            needs_state=state,
        )

    def _builder(self, cls: Any) -> Callable[[], Any]:
        params = _parameters(cls.__init__)[1:] if "__init__" in dir(cls) else []
        params = [p for p in params if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        return lambda: cls(**self._constructor_arguments(cls, params))

    def _constructor_arguments(
        self, cls: Any, params: list[inspect.Parameter]
    ) -> dict[str, Any]:
        node = self.outline.defs.get(f"{cls.__name__}.__init__")
        setting = self.setting(self.outline.defs.get(cls.__name__))
        found = uses(node, [p.name for p in params]) if node is not None else {}
        made: dict[str, Guess] = {}
        for p in params:
            if p.name in self.flips:
                made[p.name] = guesses.Value(self.flips[p.name])
            elif p.default is inspect.Parameter.empty or p.name in self.given:
                made[p.name] = self.given.get(p.name) or synthesise.guess(
                    p, found.get(p.name, Use()), setting
                )
        return {name: g.build(i) for i, (name, g) in enumerate(made.items())}

    def setting(self, node: ast.AST | None) -> synthesise.Setting:
        """What the code around says of all its inputs."""
        calls = {call_name(n) for n in ast.walk(node or self.tree) if isinstance(n, ast.Call)}
        return synthesise.Setting(
            hints=self.hints,
            image=bool(calls & CONV),
            embeds="Embed" in calls,
            attends=bool(calls & {"MultiHeadAttention", "dynamic_unroll", "static_unroll"}),
        )

    def guesses_for(self, target: Target) -> dict[str, Guess]:
        """First guesses for a target's parameters; those with defaults keep them."""
        params = [p for p in target.parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        found = uses(target.node, [p.name for p in params]) if target.node is not None else {}
        setting = self.setting(target.node)
        setting.with_params = any(synthesise.named(p.name, "params") for p in params)
        setting.described = self.described(target, [p.name for p in params], setting)
        out: dict[str, Guess] = {}
        for p in params:
            if p.name in self.flips:
                out[p.name] = guesses.Value(self.flips[p.name])
                continue
            if p.name in self.given:
                out[p.name] = self.given[p.name]
                continue
            if target.needs_state is not None and synthesise.named(p.name, "state"):
                out[p.name] = guesses.Made("initial_state(4)", target.needs_state)
                continue
            plain = p.default is not inspect.Parameter.empty and not _forcing(p)
            if plain and p.name not in setting.described:
                continue
            out[p.name] = synthesise.guess(p, found.get(p.name, Use()), setting)
        if not params and any(p.kind is p.VAR_POSITIONAL for p in target.parameters):
            out["*args"] = guesses.Array(synthesise.SHAPES[4 if setting.image else 2])
        return out

    def described(
        self, target: Target, names: list[str], setting: synthesise.Setting
    ) -> dict[str, guesses.Array]:
        """Shapes from the docstrings of the target and of the class it belongs to."""
        texts = [_docstring(target.node)]
        owner = self.outline.defs.get(target.name.partition("(")[0])
        texts.append(_docstring(owner))
        return synthesise.described("\n".join(texts), names, setting)

    def attempt(self, target: Target) -> None:
        """Search inputs for `target`, then exercise it. Raises Enough when that settles it."""
        site = self.user.site
        executed = site.executed
        self.try_target(target)
        if site.executed == executed and not self.flips:
            self.flips = guards(self.tree, self.bench.finding.span.line)
            try:
                if self.flips:
                    self.try_target(target)
            finally:
                self.flips = {}

    def try_target(self, target: Target) -> None:
        """One attempt. Raises Enough."""
        import jax

        first = self.guesses_for(target)
        before = len(self.seen.pairs)
        executed = self.user.site.executed
        found = self.search(target, first)
        self.user.site.executed = executed
        jax.clear_caches()  # a body traced during the search would be taken from the cache
        if found is None:
            return
        self.bench.evidence.ran = f"{target.name}({guesses.describe(found)})"
        args, kwargs = self.arguments(target, found)
        if target.under_root:
            self.bench.exercise(Root(target.call, args, kwargs, target.kind, target.takes_rng, target.at_site))
        else:
            self.bench.phase(target.name, lambda: target.call(*args, **kwargs))
            own_calls.replay(self.bench, self.seen, before)
            names = self.outline.reaching(self.bench.finding.span.line)
            for pair in self.seen.pairs[before:]:
                inner = self.pair_target(pair, names)
                if inner is not None and not pair.calls:
                    self.attempt(inner)
        if judge.verdict(self.bench.finding, self.bench.evidence) in DECISIVE:
            raise Enough

    def arguments(
        self, target: Target, found: dict[str, Guess]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        built: dict[str, Any] = {}
        for index, (name, part) in enumerate(found.items()):
            if isinstance(part, guesses.Made) and target.under_root:
                import jax

                pair = watch.unwatched("transform_with_state")(part.make)
                key = jax.random.PRNGKey(0)
                built[name] = pair.apply(*pair.init(key), key)[0]
            else:
                built[name] = part.build(index)
        star = (built.pop("*args"),) if "*args" in built else ()
        keyword_only = {p.name for p in target.parameters if p.kind is p.KEYWORD_ONLY}
        ordered = [p.name for p in target.parameters if p.name in built]
        positional: list[Any] = []
        kwargs: dict[str, Any] = {}
        gap = False
        for p in target.parameters:
            if p.name not in built:
                gap = True
            elif p.name in keyword_only or gap:
                kwargs[p.name] = built[p.name]
            else:
                positional.append(built[p.name])
        del ordered
        return (*positional, *star), kwargs

    def search(self, target: Target, first: dict[str, Guess]) -> dict[str, Guess] | None:
        """Inputs that the target accepts (or that already show the hazard), or None."""
        agenda: list[dict[str, Guess]] = [first]
        done: set[str] = set()
        known: set[str] = set()
        last: Seen | None = None
        while agenda and len(done) < search.MAX_TRIES:
            now = agenda.pop(0)
            text = guesses.describe(now)
            if text in done:
                continue
            done.add(text)
            seen = self.try_inputs(target, now)
            self.tried.append(f"{target.name}({text})")
            if seen is None:
                return now
            if seen.message not in known:
                known.add(seen.message)
                better = [dict(b) for b in search.improvements(now, seen)]
                agenda = better + agenda
            last = seen
        if last is not None:
            self.bench.evidence.errors.append(last)
        return None

    def try_inputs(self, target: Target, now: dict[str, Guess]) -> Seen | None:
        """None when the inputs will do; else the error.

        Under a root by abstract evaluation, without compiling; a plain function is simply called,
        since tracing it could leave tracers in its caches.
        """
        import jax

        site = self.user.site
        count = len(site.raised)
        try:
            args, kwargs = self.arguments(target, now)
            if not target.under_root:
                target.call(*args, **kwargs)
                return None
            arrays, rebuild = split_arrays((args, kwargs))

            def run(key: Any, leaves: Any) -> Any:
                a, k = rebuild(leaves)
                watch.unwatched("transform_with_state")(target.call).init(key, *a, **k)
                return 0

            jax.eval_shape(run, jax.random.PRNGKey(0), arrays)
        except (Exception, SystemExit) as error:
            seen = errors.seen(error, "search", inside=len(site.raised) > count)
            if any(c in seen.classes for c in CONCRETE):
                return None
            finding = self.bench.finding
            if site.executed and (judge.matches(finding, seen) or "UnexpectedTracerError" in seen.classes):
                return None
            return seen
        return None


def _unwrapped(function: Any) -> Any:
    """The user's function inside partials, bound methods and JAX's wrappers."""
    for _ in range(10):
        inner = getattr(function, "__wrapped__", None) or getattr(function, "func", None)
        inner = inner or getattr(function, "__func__", None)
        if inner is None:
            break
        function = inner
    return function


def _docstring(node: ast.AST | None) -> str:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return ast.get_docstring(node) or ""
    return ""


def guards(tree: ast.Module, line: int) -> dict[str, bool]:
    """The flags that `if` statements around `line` test, with the value that leads to it.

    `if self.chunked:` and `if chunked:` both give `chunked`; compound tests are left alone.
    """
    out: dict[str, bool] = {}
    for node in ast.walk(tree):
        if not isinstance(node, (ast.If, ast.IfExp)):
            continue
        body = node.body if isinstance(node.body, list) else [node.body]
        orelse = node.orelse if isinstance(node.orelse, list) else [node.orelse]
        here = any(n.lineno <= line <= (n.end_lineno or 0) for n in body)
        there = any(n.lineno <= line <= (n.end_lineno or 0) for n in orelse)
        returns = bool(body) and isinstance(body[-1], (ast.Return, ast.Raise))
        past = returns and not here and not there and line > (node.end_lineno or 0)
        test, wanted = node.test, here
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test, wanted = test.operand, not wanted
        name = getattr(test, "attr", getattr(test, "id", None))
        if name is not None and (here or there or (past and _same_function(tree, node, line))):
            out[name] = wanted
    return out


def _same_function(tree: ast.Module, node: ast.AST, line: int) -> bool:
    """Whether `line` is in the function whose body holds the statement `node`."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and node in function.body:
            return function.lineno <= line <= (function.end_lineno or 0)
    return False


def _forcing(parameter: inspect.Parameter) -> bool:
    """A default that hides the interesting path, such as `key=None`."""
    return parameter.default is None and synthesise.named(parameter.name, "key")


def _parameters(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function, eval_str=True).parameters.values())
    except Exception:
        return list(inspect.signature(function).parameters.values())


def _kind(pair: Any) -> str:
    return "transform" if type(pair).__name__ == "Transformed" else "transform_with_state"


__all__ = ["FileHints", "Synthesis", "Target"]
