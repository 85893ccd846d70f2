"""Roots: `hk.transform` and its relatives, their init and apply, and `hk.lift`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.arguments import Args, is_true
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import PARAM, Effect
from jaxlint.analysis.frames import Flow, Frame, RootRunToken
from jaxlint.analysis.haiku import short
from jaxlint.analysis.observations import (
    ApplyArguments,
    RootRun,
    UnliftedInit,
)
from jaxlint.analysis.transformed import (
    Lift,
    Pair,
    PairFunction,
    RunResult,
    Transformed,
    Variables,
)
from jaxlint.analysis.values import (
    UNKNOWN,
    Bound,
    Const,
    Function,
    Instance,
    Mapping,
    OneOf,
    Partial,
    Sequence,
    Symbol,
    Unknown,
    Value,
    as_given,
    is_own_key,
    options,
)

if TYPE_CHECKING:
    pass


class Roots(Core):
    """Part of the Interpreter: transformed pairs and what becomes of their results."""

    # -- making pairs -----------------------------------------------------------------------------

    def make_pair(self, root: str, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.transform(f)`."""
        symbol = catalog.symbol(root)
        traits = symbol.traits if symbol is not None else {}
        keyword = symbol.callables[0].keyword if symbol is not None and symbol.callables else "f"
        function = args.get(0, keyword)
        if function is None:
            if traits.get("factory") or args.keywords:
                return Partial(Symbol(root), [], dict(args.keywords))
            return UNKNOWN
        if not self.is_known_callable(function) or traits.get("flax"):
            return UNKNOWN
        if isinstance(function, Transformed):
            self.at_root.add(id(function.node))
        pair = Pair(
            function,
            root,
            bool(traits.get("state", True)),
            node,
            frame.file,
            bool(traits.get("multi", False)),
        )
        apply_rng = args.get(1, "apply_rng")
        if is_true(apply_rng) is False:
            pair.apply_rng = False
        seed = args.get(None, "seed")
        if traits.get("runs") and isinstance(seed, Const) and seed.value is None:
            pair.keyless = (node, "seed=None gives it none")
        if not self.flow.quiet or frame.file.linted:
            self.deferred_pairs.append((pair, frame))
        # Some roots run init and apply themselves, when what they return is called.
        return UNKNOWN if traits.get("runs") else pair

    def adapt_pair(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.without_apply_rng(pair)`, `hk.without_state(pair)`, `hk.with_empty_state(pair)`."""
        pair = args.get(0, "f")
        if not isinstance(pair, Pair):
            return UNKNOWN
        adapted = pair.copy()
        if symbol.name == "haiku.without_apply_rng":
            adapted.apply_rng = False
            adapted.keyless = (node, "hk.without_apply_rng gives it none")
        elif symbol.name == "haiku.without_state":
            adapted.stateful = False
            adapted.root, adapted.node = symbol.name, node
        else:
            adapted.stateful = True
            adapted.root = symbol.name
        self.deferred_pairs = [(p, f) for p, f in self.deferred_pairs if p is not pair]
        self.deferred_pairs.append((adapted, frame))
        return adapted

    def is_known_callable(self, value: Value) -> bool:
        """Whether the evaluator knows what calling the value does."""
        if isinstance(value, OneOf):
            return any(self.is_known_callable(v) for v in value.options)
        return not isinstance(value, (Unknown, Const, Sequence, Mapping))

    def pair_function(self, pair: Pair, which: str, node: ast.AST, frame: Frame) -> Value:
        """`pair.init` or `pair.apply`; the apply of a multi-transform has the shape of its tree."""
        if which == "init" or not pair.multi:
            return PairFunction(pair, which)
        _, tree = self._multi_parts(pair, node, frame)
        return self._map_functions(tree, pair) if tree is not None else UNKNOWN

    def _multi_parts(
        self, pair: Pair, node: ast.AST, frame: Frame
    ) -> tuple[Value | None, Value | None]:
        expression = node if isinstance(node, ast.expr) else pair.node
        result, _ = self.in_root(
            lambda: self.call_value(pair.function, Args([]), expression, frame), frame, None
        )
        parts = self.elements(result)
        if parts is None or len(parts) != 2:
            return None, None
        return parts[0], parts[1]

    def _map_functions(self, tree: Value, pair: Pair) -> Value:
        if isinstance(tree, Sequence):
            return Sequence(
                tree.kind, [self._map_functions(v, pair) for v in tree.items], tree.open
            )
        if isinstance(tree, Mapping):
            return Mapping({k: self._map_functions(v, pair) for k, v in tree.items.items()})
        if isinstance(tree, Instance) and tree.cls is not None and not self.is_module(tree):
            copy = Instance(tree.cls, None, tree.node)
            copy.attrs = {k: self._map_functions(v, pair) for k, v in tree.attrs.items()}
            return copy
        if self.is_known_callable(tree):
            return PairFunction(pair, "apply", tree)
        return UNKNOWN

    def pair_parts(self, value: Value) -> list[Value] | None:
        """The two functions of a pair that is unpacked."""
        if not isinstance(value, Pair):
            return None
        return [
            PairFunction(value, "init"),
            self.pair_function(value, "apply", value.node, Frame(value.file, value.file.env)),
        ]

    # -- running ----------------------------------------------------------------------------------

    def in_root(
        self, run: Callable[[], Value], frame: Frame, caller: Frame | None
    ) -> tuple[Value, list[Effect]]:
        """Run a callable as the body of a root: effects stop here. `caller` is the call that asks.

        The phase stays open even where the call says which it is: init and apply share a look, and
        an effect under a guard says itself when it happens.
        """
        outer = self.flow
        flow = Flow("inside")
        flow.quiet = outer.quiet
        flow.root = RootRunToken(caller)
        flow.haiku = True
        self.flow = flow
        try:
            value, effects, _ = self.collect(frame, run)
        finally:
            self.flow = outer
            flow.root.finished = True
        return value, effects

    def run_root_body(
        self, function: Value, frame: Frame, node: ast.expr, multi: bool = False
    ) -> list[Effect]:
        """Evaluate a function that a root will run, with arguments that are not known.

        multi: what it returns is `(template, functions)`, which the root runs as well.
        """
        args = Args([], open=True, open_keywords=True)
        if isinstance(function, Function) and function.owner is not None:
            if function.kind == "plain":
                function = Bound(function, self.stand_in(function.owner))

        def run() -> Value:
            result = self.call_value(function, Args([]) if multi else args, node, frame)
            parts = self.elements(result) if multi else None
            if parts is not None and len(parts) == 2:
                self.call_value(parts[0], args, node, frame)
                self.flow.conditional += 1
                for inner in self._leaves(parts[1]):
                    self.call_value(inner, args, node, frame)
                self.flow.conditional -= 1
            return result

        _, effects = self.in_root(run, frame, None)
        return effects

    def _leaves(self, tree: Value) -> list[Value]:
        """The callables in a tree of them."""
        if isinstance(tree, Sequence):
            return [leaf for v in tree.items for leaf in self._leaves(v)]
        if isinstance(tree, Mapping):
            return [leaf for v in tree.values() for leaf in self._leaves(v)]
        if isinstance(tree, Instance) and not self.is_module(tree):
            return [leaf for v in tree.attrs.values() for leaf in self._leaves(v)]
        return [tree] if self.is_known_callable(tree) else []

    def run_pair(self, function: PairFunction, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`pair.init(rng, ...)` or `pair.apply(params, [state], [rng], ...)`."""
        pair, which = function.pair, function.which
        if self.flow.expected:
            pair.meant_to_fail = True
        if not pair.is_haiku:
            return self._run_in_house(function, args, node, frame)
        slots = slots_of(pair, which)
        inputs, given = self._split_slots(slots, args)
        inputs.positional = [as_given(v) for v in inputs.positional]
        inputs.keywords = {k: as_given(v) for k, v in inputs.keywords.items()}
        whole = given.get("params")
        if isinstance(whole, RunResult):
            place = args.node(0, "params") or node
            self.misused(whole, place, frame, "it is given to apply as the parameters")
        callee = function.function
        if pair.multi and which == "init":
            callee = self._multi_parts(pair, node, frame)[0] or UNKNOWN
        self.check_arguments(function, callee, slots, args, inputs, given, node, frame)
        value, effects = self.in_root(
            lambda: self.call_value(callee, inputs, node, frame), frame, frame
        )
        if which == "apply":
            self.check_given_to_haiku(whole, function, effects, node, frame)
        rng = given.get("rng")
        if not isinstance(pair.function, Transformed) and not self.flow.caught:
            self.observe(
                RootRun(
                    node,
                    frame.file,
                    frame,
                    pair=pair,
                    which=which,
                    effects=effects,
                    rng=rng,
                    generic=False,
                    callee=self.name_of(callee, frame),
                )
            )
        self._check_unlifted(function, given.get("params"), effects, node, frame)
        run = (node, frame, effects, callee, self.flow.root, is_own_key(rng))
        if which == "init":
            params = Variables(pair, "params", run)
            if pair.stateful:
                return RunResult([params, Variables(pair, "state", run)], pair, which, node, frame)
            return params
        if pair.stateful:
            return RunResult([value, Variables(pair, "state", run)], pair, which, node, frame)
        return value

    def _run_in_house(
        self, function: PairFunction, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """A root that the user configured: its slots are not known, but a key of None is one."""
        pair, which = function.pair, function.which
        effects = self.run_root_body(function.function, frame, node)
        rng = args.get(0 if which == "init" else 1, "rng")
        if isinstance(rng, Const) and rng.value is None and not self.flow.caught:
            name = self.name_of(function.function, frame)
            self.observe(RootRun(node, frame.file, frame, pair, which, effects, rng, False, name))
        return UNKNOWN

    def _split_slots(self, slots: list[str], args: Args) -> tuple[Args, dict[str, Value]]:
        given = dict(zip(slots, args.positional, strict=False))
        rest = args.positional[len(slots) :]
        keywords = dict(args.keywords)
        for slot in slots:
            if slot not in given and slot in keywords:
                given[slot] = keywords.pop(slot)
        nodes = args.nodes[len(slots) :]
        inputs = Args(
            rest, keywords, args.open, args.open_keywords, args.rest, nodes, args.keyword_nodes
        )
        return inputs, given

    def _check_unlifted(
        self,
        function: PairFunction,
        params: Value | None,
        effects: list[Effect],
        node: ast.expr,
        frame: Frame,
    ) -> None:
        """An inner apply fed by an inner init that no lift registered.

        With a key that comes from outside, the inner parameters are the caller's business: the
        same key gives them back.
        """
        if function.which != "apply" or not isinstance(params, Variables) or params.lifted:
            return
        if params.slot != "params" or params.run is None or self.flow.context == "outside":
            return
        init_node, init_frame, init_effects, callee, root, own_key = params.run
        if init_frame.file is not frame.file or root is not self.flow.root or not own_key:
            return
        if not any(e.kind == PARAM for e in init_effects):
            return
        self.observe(
            UnliftedInit(
                init_node,
                frame.file,
                frame,
                pair=function.pair,
                callee=self.name_of(callee, init_frame),
                effects=init_effects,
                context=self.flow.context,
            )
        )

    # -- arguments --------------------------------------------------------------------------------

    def check_arguments(
        self,
        function: PairFunction,
        callee: Value,
        slots: list[str],
        args: Args,
        inputs: Args,
        given: dict[str, Value],
        node: ast.expr,
        frame: Frame,
    ) -> None:
        """Whether the arguments of an init or apply call fit its slots and the function's own."""
        if args.open or args.open_keywords:
            return
        problem = None
        missing = [s for s in slots if s not in given]
        bounds = self.arity(callee)
        count = len(inputs.positional) + len(inputs.keywords)
        if missing:
            problem = f"no argument for {' and '.join(missing)}"
        elif bounds is not None and count < bounds[0]:
            problem = f"{count} input{'s' if count != 1 else ''} for a function of {bounds[0]}"
        elif bounds is not None and bounds[1] is not None and count > bounds[1]:
            problem = f"{count} inputs for a function of {bounds[1]}"
        else:
            rng, params = given.get("rng"), given.get("params")
            if isinstance(rng, Unknown) and rng.is_array and "rng" in slots:
                problem = "an array in the slot of the key"
            elif isinstance(params, Unknown) and params.is_key:
                problem = "a key in the slot of the parameters"
        if problem is not None:
            self.observe(
                ApplyArguments(
                    node,
                    frame.file,
                    frame,
                    pair=function.pair,
                    which=function.which,
                    problem=problem,
                    expected=f"{function.which}({', '.join([*slots, '*inputs'])})",
                    exception="TypeError" if missing else _refusal(slots, given),
                )
            )

    def arity(self, value: Value) -> tuple[int, int | None] | None:
        """How few and how many arguments a callable takes (None: any number); None if unknown."""
        if isinstance(value, Function):
            spec = value.node.args
            names = len(spec.posonlyargs) + len(spec.args)
            required = names - len(spec.defaults)
            required += sum(1 for d in spec.kw_defaults if d is None)
            most = None if spec.vararg or spec.kwarg else names + len(spec.kwonlyargs)
            return required, most
        if isinstance(value, Bound):
            inner = self.arity(value.function)
            return _less(inner, 1)
        if isinstance(value, Instance) and value.cls is not None:
            method = self.lookup_class(value.cls, "__call__")
            return _less(self.arity(method), 1) if isinstance(method, Function) else None
        if isinstance(value, Partial) and not value.kwargs:
            return _less(self.arity(value.function), len(value.args))
        return None

    # -- lift ---------------------------------------------------------------------------------

    def make_lift(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hk.lift(init)`; a with-state lift also returns an updater."""
        slot = symbol.callables[0] if symbol.callables else None
        init = args.get(0, slot.keyword if slot is not None else "init_fn")
        if init is None:
            return UNKNOWN
        if symbol.kind == "flax-lift":
            return self.lift_flax(args, node, frame)
        lift = Lift(init, symbol.name, node)
        if symbol.traits.get("state"):
            return Sequence("tuple", [lift, UNKNOWN])
        return lift

    def run_lift(self, lift: Lift, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Run a lifted init: its parameters become the outer root's."""
        value = self.call_value(lift.init, args, node, frame)
        return mark_lifted(value)

    def name_of(self, value: Value, frame: Frame) -> str:
        """A callable as the reader would name it."""
        for option in options(value):
            if isinstance(option, Function):
                return "a lambda" if option.name == "<lambda>" else option.name
            if isinstance(option, Bound) and isinstance(option.function, Function):
                return option.function.name
            if isinstance(option, Instance):
                if option.cls is not None:
                    return option.cls.name
                if option.symbol is not None:
                    return short(option.symbol.name)
            if isinstance(option, Symbol):
                return short(option.name)
            if isinstance(option, (Partial, Transformed, PairFunction)):
                inner = option.callee if isinstance(option, Transformed) else option.function
                return self.name_of(inner, frame)
            name = getattr(option, "name", None)
            if isinstance(name, str):
                return name
        return "the callable"


def slots_of(pair: Pair, which: str) -> list[str]:
    """The leading parameters of a pair's function, before the inputs."""
    if which == "init":
        return ["rng"]
    slots = ["params"]
    if pair.stateful:
        slots.append("state")
    if pair.apply_rng:
        slots.append("rng")
    return slots


def _refusal(slots: list[str], given: dict[str, Value]) -> str:
    """What Haiku raises for wrong arguments: it looks at the mappings, then at the key."""
    state, rng = given.get("state"), given.get("rng")
    if isinstance(state, Unknown) and (state.is_array or state.is_key):
        return "TypeError"
    if "rng" not in slots or (isinstance(rng, Unknown) and rng.is_key):
        return "TypeError"
    return "ValueError"


def mark_lifted(value: Value) -> Value:
    """The same variables, registered with the outer root."""
    if isinstance(value, Variables):
        return Variables(value.pair, value.slot, value.run, True)
    if isinstance(value, RunResult):
        items = [mark_lifted(v) for v in value.items]
        return RunResult(items, value.pair, value.which, value.call, value.frame)
    return value


def _less(bounds: tuple[int, int | None] | None, count: int) -> tuple[int, int | None] | None:
    if bounds is None:
        return None
    most = None if bounds[1] is None else max(0, bounds[1] - count)
    return max(0, bounds[0] - count), most
