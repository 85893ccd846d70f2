"""What can be called around the flagged line, and the first guesses for its parameters."""

from __future__ import annotations

import ast
import contextlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jaxlint.verify import guesses, linen, own_calls, places, synthesise, watch
from jaxlint.verify.exercise import Bench
from jaxlint.verify.guesses import Guess
from jaxlint.verify.hints import Use, call_name, file_hints, uses
from jaxlint.verify.loader import UserCode

CONV = {"Conv2D", "Conv2DTranspose", "max_pool", "avg_pool", "MaxPool", "AvgPool", "ResNet50"}


@dataclass
class Target:
    """Something to call: its name, how to call it, its parameters, where it is written."""

    name: str
    call: Callable[..., Any]
    parameters: list[inspect.Parameter]
    node: ast.AST | None
    under_root: bool = True
    kind: str = "transform_with_state"
    needs_state: Callable[[], Any] | None = None
    takes_rng: bool = True
    at_site: bool = False
    method: str | None = None
    """Of a Flax module, for the kind `linen`, where `call` builds the module."""


class Targets:
    """The definitions of one loaded file that lead to the flagged line."""

    def __init__(
        self,
        user: UserCode,
        bench: Bench,
        seen: watch.Watch,
        tree: ast.Module,
        given: dict[str, Guess],
        leading: set[str] | None = None,
    ) -> None:
        self.user, self.bench, self.seen, self.tree, self.given = user, bench, seen, tree, given
        self.outline = places.outline(tree)
        self.leading = leading
        """The names that lead to the flagged line, when `tree` is another file of the project."""
        self.hints = file_hints(tree)
        self.flips: dict[str, Guess] = {}
        """What parameters must be for the flagged line to be reached."""
        self.constructed: dict[str, dict[str, Guess]] = {}
        """What each class was last constructed with."""

    def names(self) -> list[str]:
        """The definitions that lead to the flagged line, nearest first."""
        if self.leading is not None:
            return self.outline.leading_to(self.leading)
        return self.outline.reaching(self.bench.finding.span.line)

    def targets(self) -> Iterator[Target]:
        """Pairs made at import that lead to the line, then definitions that do, nearest first."""
        names = self.names()
        superseded = {id(p.original) for p in self.seen.pairs if not p.takes_rng}
        for pair in list(self.seen.pairs):
            if pair.kind.startswith("multi"):
                with contextlib.suppress(Exception):
                    yield from self.multi_targets(pair)
            if pair.takes_rng and id(pair.original) in superseded:
                continue
            target = self.pair_target(pair, names)
            if target is not None:
                yield target
        for value in [*self.user.site.values]:
            if linen.is_module(value):  # a class that the flagged transform makes
                yield self.method_target(value, "__call__", self.tree)
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
        entry = self.user.entry or self.user.path
        if code is None or code.co_filename != entry or pair.kind.startswith("multi"):
            return None
        node = self.outline.node_at(code.co_firstlineno)
        line = self.bench.finding.span.line
        bare = {n.rpartition(".")[2] for n in names} | {n.partition(".")[0] for n in names}
        used = places._names(node) if node is not None else set()
        bare |= self.leading or set()
        around = (
            self.leading is None
            and isinstance(node, (ast.FunctionDef, ast.Lambda))
            and node.lineno <= line <= (node.end_lineno or 0)
        )
        defined_here = getattr(function, "__name__", "") in bare or used & bare or around
        at_site = own_calls.at_site(self.bench, pair)
        if not defined_here and not at_site:
            return None
        params = _parameters(function)
        name, rng = getattr(function, "__name__", "function"), pair.takes_rng
        return Target(name, function, params, node, kind=pair.kind, takes_rng=rng, at_site=at_site)

    def multi_targets(self, pair: watch.Pair) -> Iterator[Target]:
        """The `init` and each `apply` of an `hk.multi_transform`, each as a root of its own."""
        import jax

        def functions() -> list[Any]:
            init, applies = pair.original()
            return [init, *jax.tree_util.tree_leaves(applies)]

        made: list[Any] = []
        root = watch.unwatched("transform_with_state")(lambda: made.extend(functions()))
        root.init(jax.random.PRNGKey(0))
        kind = "transform" if pair.kind == "multi_transform" else "transform_with_state"
        line, at_site = self.bench.finding.span.line, own_calls.at_site(self.bench, pair)
        for index, function in enumerate(made):
            node = self.outline.node_at(_unwrapped(function).__code__.co_firstlineno)

            def call(*args: Any, place: int = index, **kwargs: Any) -> Any:
                return functions()[place](*args, **kwargs)

            around = isinstance(node, ast.FunctionDef) and own_calls.spans(node, line)
            if around or at_site:
                name = getattr(function, "__name__", "function")
                params = _parameters(function)
                yield Target(name, call, params, node, kind=kind, at_site=at_site)

    def function_target(self, name: str, node: ast.AST) -> Target:
        function = getattr(self.user.main, name)
        inner = inspect.unwrap(function) if callable(function) else function
        if not callable(function):
            inner = getattr(getattr(function, "apply", None), "_original_fn", None)
            if inner is None:
                raise TypeError(name)
            return Target(name, inner, _parameters(inner), node, kind=_kind(function))
        return Target(name, function, _parameters(inner), node, under_root=self._rooted(node))

    def _rooted(self, node: ast.AST) -> bool:
        """Whether to run `node` under a root first: not when it makes its own."""
        if self.bench.finding.code.startswith(("JAX105", "JAX2", "JAX9")):
            return False
        made = {call_name(n) for n in ast.walk(node) if isinstance(n, ast.Call)}
        if made & {*watch.NAMES}:
            return False
        attrs = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
        return not (
            self.bench.finding.code in ("JAX107", "JAX108", "JAX109") and attrs & {"apply", "init"}
        )

    def method_targets(self, name: str, node: ast.AST, owner: ast.ClassDef) -> Iterator[Target]:
        cls, method = getattr(self.user.main, owner.name), name.rpartition(".")[2]
        names = [method]
        if method in ("__init__", "setup"):
            calls = any("__call__" in vars(base) for base in cls.__mro__)
            names = ["__call__"] if calls else ["__init__"]
        for concrete in self._concrete(cls):
            for called in names:
                yield self.method_target(concrete, called, node)

    def _concrete(self, cls: Any) -> list[Any]:
        """The class and, for an abstract one, the file's own subclasses."""
        module = self.user.main
        subs = [
            v
            for v in vars(module).values()
            if isinstance(v, type) and issubclass(v, cls) and v is not cls
        ]
        return [cls, *subs]

    def method_target(self, cls: Any, method: str, node: ast.AST) -> Target:
        flax = linen.is_module(cls)
        is_module = flax or _is_haiku_module(cls)
        build = self._builder(cls)
        if method == "__init__":
            return Target(cls.__name__, lambda: build(), [], node, under_root=is_module)
        function = inspect.unwrap(getattr(cls, method))
        static = isinstance(inspect.getattr_static(cls, method), (staticmethod, classmethod))
        params = _parameters(function)
        if not static or isinstance(inspect.getattr_static(cls, method), classmethod):
            params = params[1:] if params and params[0].name in ("self", "cls") else params

        def bound(*args: Any, **kwargs: Any) -> Any:
            return getattr(build(), method)(*args, **kwargs)

        start = getattr(cls, "initial_state", None)
        state = (lambda: build().initial_state(synthesise.BATCH)) if start is not None else None
        state = None if flax else state
        code = getattr(function, "__code__", None)
        own = self.outline.node_at(code.co_firstlineno) if code is not None else node
        return Target(
            f"{cls.__name__}(...).{method}" if method != "__call__" else f"{cls.__name__}(...)",
            build if flax else bound,
            params,
            own or node,
            under_root=is_module or self.bench.finding.code == "JAX101",
            needs_state=state,
            kind="linen" if flax else "transform_with_state",
            method=method if flax else None,
        )

    def _builder(self, cls: Any) -> Callable[[], Any]:
        params = _parameters(cls.__init__)[1:] if "__init__" in dir(cls) else []
        params = [p for p in params if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        return lambda: cls(**self._constructor_arguments(cls, params))

    def _constructor_arguments(self, cls: Any, params: list[inspect.Parameter]) -> dict[str, Any]:
        node = self.outline.defs.get(f"{cls.__name__}.__init__")
        setting = self.setting(self.outline.defs.get(cls.__name__))
        setting.constructor = True
        found = uses(node, [p.name for p in params]) if node is not None else {}
        written = self.written_arguments(cls, params)
        made: dict[str, Guess] = {}
        for p in params:
            if p.name in self.flips:
                made[p.name] = self.flips[p.name]
            elif p.default is inspect.Parameter.empty or p.name in self.given:
                known = self.given.get(p.name) or written.get(p.name)
                made[p.name] = known or synthesise.guess(p, found.get(p.name, Use()), setting)
        self.constructed[cls.__name__] = made
        return {name: g.build(i) for i, (name, g) in enumerate(made.items())}

    def written_arguments(self, cls: Any, params: list[inspect.Parameter]) -> dict[str, Guess]:
        """What the file itself constructs the class with, where that can be evaluated alone."""
        names = [p.name for p in params if p.kind is p.POSITIONAL_OR_KEYWORD]
        made: dict[str, Guess] = {}
        for call in ast.walk(self.tree):
            if not isinstance(call, ast.Call) or call_name(call) != cls.__name__:
                continue
            if any(isinstance(a, ast.Starred) for a in call.args):
                continue
            pairs = [*zip(names, call.args, strict=False)]
            pairs += [(k.arg, k.value) for k in call.keywords if k.arg is not None]
            for name, node in pairs:
                if name not in made:
                    with contextlib.suppress(Exception):
                        made[name] = self.evaluated(node)
        return made

    def evaluated(self, node: ast.expr) -> guesses.Written:
        """The expression, evaluated among the file's globals. Raises whatever it raises."""
        code = compile(ast.Expression(node), "<written>", "eval")

        def make() -> Any:
            return eval(code, dict(vars(self.user.main)))

        make()
        return guesses.Written(ast.unparse(node), make)

    def setting(self, node: ast.AST | None) -> synthesise.Setting:
        """What the code around says of all its inputs."""
        calls = self.outline.calls(node or self.tree)
        return synthesise.Setting(
            hints=self.hints,
            linen=self.linen_model(),
            image=bool(calls & CONV),
            embeds="Embed" in calls,
            attends=bool(calls & {"MultiHeadAttention", "dynamic_unroll", "static_unroll"}),
        )

    def guesses_for(self, target: Target) -> dict[str, Guess]:
        """First guesses for a target's parameters; those with defaults keep them."""
        params = [p for p in target.parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        found = uses(target.node, [p.name for p in params]) if target.node is not None else {}
        setting = self.setting(target.node)
        setting.with_params = any(
            found.get(p.name, Use()).params_of or synthesise.named(p.name, "params") for p in params
        )
        setting.described = self.described(target, [p.name for p in params], setting)
        out: dict[str, Guess] = {}
        for p in params:
            if p.name in self.flips:
                out[p.name] = self.flips[p.name]
                continue
            if p.name in self.given:
                out[p.name] = self.given[p.name]
                continue
            start = target.needs_state or self.core_state(target.node)
            if start is not None and synthesise.named(p.name, "state"):
                out[p.name] = guesses.Made("initial_state(4)", start)
                continue
            plain = p.default is not inspect.Parameter.empty and not _forcing(p)
            if plain and p.name not in setting.described:
                continue
            out[p.name] = synthesise.guess(p, found.get(p.name, Use()), setting)
        if not params and any(p.kind is p.VAR_POSITIONAL for p in target.parameters):
            out["*args"] = guesses.Array(synthesise.SHAPES[4 if setting.image else 2])
        return out

    def linen_model(self) -> Callable[[], Any] | None:
        """What builds the file's outermost Flax module: the last that no other one makes."""
        found = [
            value
            for value in vars(self.user.main).values()
            if linen.is_module(value) and value.__name__ in self.outline.defs
        ]
        used = {
            name
            for cls in found
            for name in self.outline.used[cls.__name__]
            if name != cls.__name__
        }
        outer = [cls for cls in found if cls.__name__ not in used] or found
        return self._builder(outer[-1]) if outer else None

    def core_state(self, node: ast.AST | None) -> Callable[[], Any] | None:
        """What makes the state of the core that `node` constructs by a call like `Core(32)`."""
        for call in ast.walk(node) if node is not None else ():
            if not isinstance(call, ast.Call):
                continue
            cls = getattr(self.user.main, call_name(call), None)
            if isinstance(cls, type) and hasattr(cls, "initial_state"):
                code = compile(ast.Expression(call), "<core>", "eval")

                def start(code: Any = code, cls: Any = cls) -> Any:
                    try:
                        core = eval(code, dict(vars(self.user.main)))
                    except NameError:  # it is made with the function's own arguments
                        core = self._builder(cls)()
                    return core.initial_state(synthesise.BATCH)

                return start
        return None

    def described(
        self, target: Target, names: list[str], setting: synthesise.Setting
    ) -> dict[str, guesses.Array]:
        """Shapes from the docstrings of the target and of the class it belongs to."""
        texts = [_docstring(target.node)]
        owner = self.outline.defs.get(target.name.partition("(")[0])
        texts.append(_docstring(owner))
        return synthesise.described("\n".join(texts), names, setting)


def _is_haiku_module(cls: Any) -> bool:
    try:
        import haiku as hk
    except ImportError:
        return False
    return isinstance(cls, type) and issubclass(cls, hk.Module)


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
