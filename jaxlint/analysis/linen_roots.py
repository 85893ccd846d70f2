"""Linen's roots: `init`, `apply`, `bind` and `nn.apply`, what they are given and give back."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import PARAM, STATE_CREATE, STATE_WRITE, Effect
from jaxlint.analysis.frames import Flow, Frame, RootRunToken
from jaxlint.analysis.linen_values import (
    EVERYTHING,
    IMMUTABLE,
    Collection,
    Filter,
    LinenMethod,
    LinenModule,
    LinenOutput,
    LinenRun,
    Mutated,
    Variables,
    Wrapped,
)
from jaxlint.analysis.observations import LinenCall
from jaxlint.analysis.values import (
    FALSE,
    NONE,
    UNKNOWN,
    Bound,
    Const,
    Function,
    Mapping,
    Partial,
    Sequence,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from jaxlint.catalog.linen_types import LinenMethod as MethodFacts
    from jaxlint.catalog.linen_types import LinenSymbol

INTERMEDIATES = "intermediates"
PARAMS = "params"
TAKEN = ("rngs", "method", "mutable", "capture_intermediates")
"""Keywords of init and apply that do not reach the method."""


class LinenRoots(Core):
    """Part of the Interpreter: what runs a Linen module."""

    # -- the calls --------------------------------------------------------------------------------

    def run_linen_root(
        self, module: LinenModule, facts: MethodFacts, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`module.init(...)`, `module.apply(...)`, `module.bind(...)`."""
        traits = facts.traits
        creates = bool(traits.get("creates"))
        first = args.get(0, "rngs" if creates else "variables")
        if first is None and (args.open or args.open_keywords):
            first = UNKNOWN
        if traits.get("binds"):
            return self._bind(module, first, args, node)
        keywords = {k: v for k, v in args.keywords.items() if k not in (*TAKEN, "variables")}
        if creates and not args.positional:
            keywords.pop("rngs", None)
        inputs = Args(
            args.positional[1:],
            keywords,
            args.open,
            args.open_keywords,
            args.rest,
            args.nodes[1:],
            args.keyword_nodes,
        )
        method = args.keywords.get("method", NONE if not args.open_keywords else UNKNOWN)
        run = self._run_of(module, creates, first, args, node)
        return self._perform(
            run, method, inputs, bool(traits.get("output")), first, args, node, frame
        )

    def _run_of(
        self, module: LinenModule, creates: bool, first: Value | None, args: Args, node: ast.expr
    ) -> LinenRun:
        is_open = args.open_keywords
        mutable = args.keywords.get("mutable")
        capture = args.keywords.get("capture_intermediates", UNKNOWN if is_open else FALSE)
        if creates:
            streams = self.streams_in(first)
            meant = _default_of_init() if mutable is None else self.filter_of(mutable)
            if mutable is None and is_open:
                meant = None
            return LinenRun("init", module, node, meant, frozenset(), streams)
        rngs = args.keywords.get("rngs", UNKNOWN if is_open else NONE)
        meant = self.filter_of(mutable if mutable is not None else UNKNOWN if is_open else FALSE)
        if meant is not None and not (isinstance(capture, Const) and not capture.value):
            meant = _with_intermediates(meant) if _is_on(capture) else None
        return LinenRun(
            "apply", module, node, meant, self.collections_in(first), self.streams_in(rngs)
        )

    def _perform(
        self,
        run: LinenRun,
        method: Value,
        inputs: Args,
        output: bool,
        first: Value | None,
        args: Args,
        node: ast.expr,
        frame: Frame,
    ) -> Value:
        if not self.flow.modules:
            run.model.rooted = True
        if run.mode == "apply":
            self.check_given_to_linen(first, run.model, node, frame)
        bound = self.running(run.model, run.mode)
        target = self._target(bound, method, node, frame)
        if target is None:
            return UNKNOWN
        function = target.function if isinstance(target, Bound) else None
        run.other_method = isinstance(function, Function) and function.name != "__call__"
        value, effects = self.in_linen(run, frame, target, inputs, node)
        self.linen_runs.append(run)
        run.file, run.frame = frame.file, frame
        run.written = frozenset(
            e.collection
            for e in effects
            if e.kind == STATE_WRITE and not e.sown and not e.conditional
        )
        run.sown = {e.collection: e.step.node for e in effects if e.sown}
        if run.written and run.mutable is not None and run.mutable.given:
            self.updating.append(run)
        if not self.flow.expected and not self.flow.caught and not args.open:
            self.observe(
                LinenCall(
                    node,
                    frame.file,
                    frame,
                    run=run,
                    effects=effects,
                    variables=first,
                    callee=self.linen_name(run.model, method),
                )
            )
        return self._result(run, value, effects, output)

    def in_linen(
        self, run: LinenRun, frame: Frame, target: Value, inputs: Args, node: ast.expr
    ) -> tuple[Value, list[Effect]]:
        """Call `target` as the run does; its effects stop here."""
        outer = self.flow
        flow = Flow("inside")
        flow.phase = run.mode
        flow.quiet = outer.quiet
        flow.linen, flow.haiku = run, outer.haiku
        flow.root = RootRunToken(frame)
        self.flow = flow
        try:
            value, effects, _ = self.collect(
                frame, lambda: self.call_value(target, inputs, node, frame)
            )
        finally:
            self.flow = outer
            flow.root.finished = True
        return value, effects

    def running(self, model: LinenModule, mode: str) -> LinenModule:
        """The module as it is while init or apply runs: a copy, whose setup may fill it in."""
        known = model.runs.get(mode)
        if known is not None and known[0] == model.version:
            return known[1]
        copy = self._deep(model, {})
        model.runs[mode] = (model.version, copy)
        return copy

    def _deep(self, model: LinenModule, seen: dict[int, LinenModule]) -> LinenModule:
        if id(model) in seen:
            return seen[id(model)]
        copy = seen[id(model)] = self.copy_of(model)
        for name, value in copy.attrs.items():
            copy.attrs[name] = self._deep_value(value, seen)
        return copy

    def _deep_value(self, value: Value, seen: dict[int, LinenModule]) -> Value:
        if isinstance(value, LinenModule):
            return self._deep(value, seen)
        if isinstance(value, Sequence) and any(isinstance(v, LinenModule) for v in value.items):
            items = [self._deep_value(v, seen) for v in value.items]
            return Sequence(value.kind, items, value.open)
        if isinstance(value, Mapping) and not isinstance(value, Variables):
            return Mapping(
                {k: self._deep_value(v, seen) for k, v in value.items.items()}, value.rest
            )
        return value

    def _target(
        self, module: LinenModule, method: Value, node: ast.expr, frame: Frame
    ) -> Value | None:
        """What the call runs: `method=` is a name, a function of the module, or a bound method."""
        if isinstance(method, Const):
            if method.value is None:
                return module
            if isinstance(method.value, str):
                if module.haiku is not None and method.value != "__call__":
                    self.check_wrapped_attribute(module, method.value, node, frame)
                    return None
                return self.linen_attribute(module, method.value, node, frame)
            return None
        if isinstance(method, Function):
            return Bound(method, module)
        if isinstance(method, Bound) and isinstance(method.receiver, LinenModule):
            return Bound(method.function, module)
        if isinstance(method, LinenMethod):
            return LinenMethod(method.layer, method.method, module)
        return None

    def call_bound_module(
        self, module: LinenModule, name: str, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """A method of what `bind` returned: it runs with the variables that were bound."""
        first, keywords = module.bound
        plain = self.copy_of(module)
        plain.bound = None
        given = Args([first, *args.positional], {**args.keywords, **keywords})
        given.open, given.open_keywords, given.rest = args.open, args.open_keywords, args.rest
        run = self._run_of(plain, False, first, given, node)
        method = NONE if name == "__call__" else Const(name)
        if run.mutable is not None and run.mutable.given:
            # The updates stay in the bound module.
            run.mutable = Filter(run.mutable.names, run.mutable.deny, False)
        run.of_bound = True
        module.bound_runs.append(run)
        return self._perform(run, method, args, True, first, given, node, frame)

    def _bind(self, module: LinenModule, first: Value | None, args: Args, node: ast.expr) -> Value:
        copy = self.copy_of(module)
        keywords = {k: v for k, v in args.keywords.items() if k in ("rngs", "mutable")}
        if args.open_keywords:
            keywords.setdefault("rngs", UNKNOWN)
            keywords.setdefault("mutable", UNKNOWN)
        copy.bound = (first if first is not None else UNKNOWN, keywords)
        return copy

    # -- nn.apply ---------------------------------------------------------------------------------

    def wrap_linen_root(
        self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`nn.apply(fn, module, mutable=...)`: a function of the variables and the inputs."""
        function, module = args.get(0, "fn"), args.get(1, "module")
        if symbol.traits.get("report") or function is None:
            return UNKNOWN
        if not isinstance(module, LinenModule) or args.open_keywords:
            return UNKNOWN
        keywords = {k: v for k, v in args.keywords.items() if k in TAKEN}
        return Wrapped(symbol, function, module, keywords)

    def call_wrapped(self, value: Wrapped, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call what `nn.apply(fn, module)` returned."""
        traits = value.root.traits
        creates = bool(traits.get("creates"))
        first = args.get(0, "rngs" if creates else "variables")
        merged = Args(args.positional, {**args.keywords, **value.keywords})
        merged.open, merged.open_keywords = args.open, args.open_keywords
        run = self._run_of(value.module, creates, first, merged, node)
        inputs = Args(
            args.positional[1:],
            {k: v for k, v in args.keywords.items() if k != "rngs"},
            args.open,
            args.open_keywords,
            args.rest,
        )
        method = value.function if isinstance(value.function, Function) else UNKNOWN
        output = bool(traits.get("output"))
        return self._perform(run, method, inputs, output, first, merged, node, frame)

    # -- what a call is given ---------------------------------------------------------------------

    def filter_of(self, value: Value) -> Filter | None:
        """`mutable=...`; None where it is not known."""
        if isinstance(value, Filter):
            return value
        if isinstance(value, Const):
            if value.value is True:
                return EVERYTHING
            if value.value is False:
                return IMMUTABLE
            if isinstance(value.value, str):
                return Filter(frozenset({value.value}))
            return None
        items = self.elements(value) if isinstance(value, (Sequence, Mapping)) else None
        if items is None:
            return None
        names = [i.value for i in items if isinstance(i, Const) and isinstance(i.value, str)]
        return Filter(frozenset(names)) if len(names) == len(items) else None

    def deny_list(self, args: Args) -> Value:
        """`DenyList(...)`."""
        inner = self.filter_of(args.positional[0]) if args.positional else None
        if inner is None or inner.deny:
            return UNKNOWN
        return Filter(inner.names, deny=True)

    def collections_in(self, value: Value | None) -> frozenset[str] | None:
        """The collections that the variables hold; None where there may be others."""
        if not isinstance(value, Mapping) or value.rest is not None:
            return None
        found = set()
        for key, item in value.items.items():
            empty = isinstance(item, Mapping) and not item.items and item.rest is None
            if isinstance(key, str) and not empty:
                found.add(key)
        return frozenset(found)

    def streams_in(self, value: Value | None) -> frozenset[str] | None:
        """The rng streams that a call is given: `rngs={"dropout": key}`, or one key for all."""
        if isinstance(value, Const) and value.value is None:
            return frozenset()
        if isinstance(value, Unknown) and value.is_key:
            return frozenset({PARAMS})
        if isinstance(value, Mapping) and value.rest is None:
            return frozenset(k for k in value.items if isinstance(k, str))
        return None

    # -- what a call gives back -------------------------------------------------------------------

    def _result(self, run: LinenRun, value: Value, effects: list[Effect], output: bool) -> Value:
        if run.mode == "init":
            created = self._created(run, effects)
            made = Variables(created, UNKNOWN, run, updates=False)
            return Mutated([value, made], run) if output else made
        if run.mutable is None:
            return UNKNOWN
        if not run.mutable.given:
            is_array = isinstance(value, Unknown) and value.is_array
            return LinenOutput(value.traced, run) if is_array else value
        updated = self._created(run, effects)
        for name in run.collections or ():
            if run.mutable.has(name):
                updated.setdefault(name, Collection(name, run.model))
        return Mutated([value, Variables(updated, UNKNOWN, run, updates=True)], run)

    def _created(self, run: LinenRun, effects: list[Effect]) -> dict[object, Value]:
        """The collections that certainly come back."""
        found: dict[object, Value] = {}
        for effect in effects:
            if effect.kind not in (PARAM, STATE_CREATE, STATE_WRITE) or effect.conditional:
                continue
            name = effect.collection
            if name and (run.mutable is None or run.mutable.has(name)):
                updated = run if run.mode == "apply" and name in run.written else None
                found.setdefault(name, Collection(name, run.model, updated))
        return found

    def linen_name(self, model: LinenModule, method: Value) -> str:
        """What runs, as the reader knows it: the model, or one of its methods."""
        if isinstance(method, Const) and isinstance(method.value, str):
            return f"{model.name}.{method.value}"
        if isinstance(method, (Function, Bound)):
            function = method.function if isinstance(method, Bound) else method
            if isinstance(function, Function) and function.owner is not None:
                return function.qualified_name
        return model.name


def _default_of_init() -> Filter:
    """`init` makes every collection but the intermediates (flax/linen/module.py, `init`)."""
    return Filter(frozenset({INTERMEDIATES}), deny=True)


def _with_intermediates(meant: Filter) -> Filter:
    if meant.deny:
        return Filter(meant.names - {INTERMEDIATES}, deny=True)
    return Filter(meant.names | {INTERMEDIATES})


def _is_on(capture: Value) -> bool:
    if isinstance(capture, Const):
        return bool(capture.value)
    return isinstance(capture, (Function, Bound, Partial))
