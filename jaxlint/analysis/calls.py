"""Calls: arguments, their binding to parameters, and what each kind of callable does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.arguments import PASSABLE, Args, Parameters, joined, without_first
from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import (
    LiftedClass,
    LiftedFlax,
    LiftedFunction,
    LinenMethod,
    LinenModule,
    Wrapped,
)
from jaxlint.analysis.transformed import (
    Lift,
    Lifted,
    MultiPart,
    PairFunction,
    Transformed,
)
from jaxlint.analysis.triage import has_effects
from jaxlint.analysis.values import (
    NONE,
    TRACED,
    UNKNOWN,
    Bound,
    ByPhase,
    Class,
    Function,
    Instance,
    LibraryMethod,
    Mapping,
    OneOf,
    Partial,
    Property,
    Sequence,
    Super,
    Symbol,
    Unknown,
    Value,
    by_phase,
    derived,
    options,
    union,
)

if TYPE_CHECKING:
    from jaxlint.analysis.values import (
        FunctionNode,
    )

OFTEN = 12
"""After so many calls, a function that can have no effect is passed over."""
CONTAINERS = (Mapping, Sequence)
BLAME_DEPTH = 3
"""How many callers tell two calls apart that pass the same callable on: each may be to blame."""


class Calls(Core):
    """Part of the Interpreter: `call_value` calls any value."""

    def no_args(self) -> Args:
        """An empty argument list."""
        return Args([])

    def plain_args(self, values: list[Value]) -> Args:
        """Positional arguments without expressions."""
        return Args(values)

    def evaluate_call(self, node: ast.Call, frame: Frame) -> Value:
        """The value of a call expression."""
        function = self.evaluate(node.func, frame)
        if isinstance(function, Symbol) and function.name == "builtins.super":
            return self._super(node, frame)
        args = self.evaluate_args(node, frame)
        return self.call_value(function, args, node, frame)

    def evaluate_args(self, node: ast.Call, frame: Frame) -> Args:
        """The arguments of a call, stars expanded where their length is known."""
        args = Args([])
        for expression in node.args:
            if isinstance(expression, ast.Starred):
                value = self.evaluate(expression.value, frame)
                items = self.elements(value)
                if items is None:
                    args.open = True
                else:
                    args.positional += items
                    args.nodes += [None] * len(items)
                continue
            value = self.evaluate(expression, frame)
            if not args.open:
                args.positional.append(value)
                args.nodes.append(expression)
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, frame)
            if keyword.arg is not None:
                args.keywords[keyword.arg] = value
                args.keyword_nodes[keyword.arg] = keyword.value
            elif isinstance(value, MultiPart):
                self.misused(value, keyword.value, frame, "it is unpacked as a mapping")
            elif isinstance(value, Mapping) and value.rest is None:
                # A keyword that is also written out would be an error: what is written counts.
                given = {k.arg for k in node.keywords}
                args.keywords.update(
                    (k, v) for k, v in value.items.items() if isinstance(k, str) and k not in given
                )
            else:
                args.open_keywords = True
        return args

    def _super(self, node: ast.Call, frame: Frame) -> Value:
        owner, receiver = None, None
        if len(node.args) == 2:
            first = self.evaluate(node.args[0], frame)
            owner = first if isinstance(first, Class) else None
            receiver = self.evaluate(node.args[1], frame)
        else:
            scope = frame
            env = frame.env
            while scope.function is not None and scope.function.owner is None:
                parent = env.parent
                if parent is None or parent.frame is None:
                    break
                env, scope = parent, parent.frame
            if scope.function is not None:
                owner, receiver = scope.function.owner, scope.receiver
        if owner is None or receiver is None:
            return UNKNOWN
        return Super(owner, receiver)

    def call_value(self, function: Value, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call `function`; its effects become effects of `frame`."""
        kind = type(function)
        try:
            handler = _HANDLERS[kind]
        except KeyError:
            name = _CALLS.get(kind)
            handler = _HANDLERS[kind] = getattr(type(self), name) if name is not None else None
        if handler is None:
            return self.unknown_call(args.values, function)
        return handler(self, function, args, node, frame)

    def _call_plain(self, function: Function, args: Args, node: ast.expr, frame: Frame) -> Value:
        if function.owner is not None and args.positional and function.kind == "plain":
            first = args.positional[0]
            if isinstance(first, LinenModule):
                # A method read from its class, or under a transform: the module comes first.
                return self.call_user_method(function, first, without_first(args), node, frame)
        return self.call_function(function, args, node, frame, None)

    def _call_named(self, function: Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        return self.call_symbol(function.name, args, node, frame)

    def _call_partial(self, function: Partial, args: Args, node: ast.expr, frame: Frame) -> Value:
        return self.call_value(function.function, joined(function, args), node, frame)

    def unknown_call(self, values: list[Value], function: Value | None = None) -> Value:
        """The result of a call that nothing is known of."""
        if function is not None and function.traced:
            return TRACED
        return derived(*values)

    def _call_one_of(self, function: OneOf, args: Args, node: ast.expr, frame: Frame) -> Value:
        if isinstance(function, ByPhase):
            return self._call_by_phase(function, args, node, frame)
        flow = self.flow
        results = []
        raw = [self.is_raw(option) for option in function.options]
        forgiven = function.chosen and not all(raw)
        flow.conditional += 1
        try:
            for option, is_raw in zip(function.options, raw, strict=True):
                # The program chooses at run time when the raw transform is used; which pair's
                # arguments these are is not known.
                hushed = (is_raw and forgiven) or isinstance(option, (PairFunction, LinenMethod))
                if hushed:
                    flow.quiet += 1
                try:
                    results.append(self.call_value(option, args, node, frame))
                finally:
                    if hushed:
                        flow.quiet -= 1
        finally:
            flow.conditional -= 1
        return union(results)

    def _call_by_phase(self, function: ByPhase, args: Args, node: ast.expr, frame: Frame) -> Value:
        flow = self.flow
        phase, existing = flow.phase, set(flow.existing)
        results: list[Value] = []
        try:
            for option, when in zip(function.options, ("init", "apply"), strict=True):
                if phase is None or phase == when:
                    flow.phase = when
                    results.append(self.call_value(option, args, node, frame))
                if phase is None and when == "init":
                    existing = flow.existing  # at apply, what init created is there
        finally:
            flow.phase = phase
            flow.existing |= existing
        return by_phase(("init", "apply"), *results) if len(results) == 2 else union(results)

    def _call_bound(self, function: Bound, args: Args, node: ast.expr, frame: Frame) -> Value:
        inner, receiver = function.function, function.receiver
        if isinstance(inner, Function):
            return self.call_method(inner, receiver, args, node, frame)
        with_self = Args(
            [receiver, *args.positional],
            args.keywords,
            args.open,
            args.open_keywords,
            args.rest,
            [None, *args.nodes],
            args.keyword_nodes,
        )
        return self.call_value(inner, with_self, node, frame)

    def call_method(
        self, function: Function, receiver: Value, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call a method; an abstract one stands for what the project's subclasses make of it."""
        if isinstance(receiver, LinenModule):
            return self.call_user_method(function, receiver, args, node, frame)
        if isinstance(receiver, Instance) and receiver.cls is not None:
            if self.is_unusable(receiver, node, frame):
                return derived(*args.values)
            overriding = self.overriding(function, receiver)
            if overriding:
                self.flow.conditional += 1
                try:
                    return union(
                        [self.call_function(f, args, node, frame, r) for f, r in overriding]
                    )
                finally:
                    self.flow.conditional -= 1
        return self.call_function(function, args, node, frame, receiver)

    def call_function(
        self,
        function: Function,
        args: Args,
        node: ast.AST,
        frame: Frame,
        receiver: Value | None,
    ) -> Value:
        """Bind the arguments and evaluate the body."""
        called = id(function.node)
        times = self.times_called[called] = self.times_called.get(called, 0) + 1
        if times > OFTEN and self.is_numeric(function, args, receiver):
            return derived(*args.values, args.rest)
        if self.is_configured:
            name = f"{function.file.name}.{function.qualified_name}"
            if name in self.configured_names and isinstance(node, ast.expr):
                return self.call_symbol(name, args, node, frame)
        names, passed, key = self.bind_arguments(function, args, receiver, node, frame)
        return self.enter(function, names, passed, frame, node, receiver, key)

    def bind_arguments(
        self,
        function: Function,
        args: Args,
        receiver: Value | None,
        node: ast.AST,
        frame: Frame,
    ) -> tuple[dict[str, Value], set[str], Hashable]:
        """Values of the parameters, which of them the caller passed, and a key for the memo."""
        node_id = id(function.node)
        declared = self.parameters.get(node_id)
        if declared is None:
            declared = self.parameters[node_id] = Parameters(function.node.args)
        spec, parameters = declared.spec, declared.names
        annotations, keyword_only = declared.annotations, declared.keyword_only
        names: dict[str, Value] = {}
        passed: set[str] = set()
        positional = list(args.positional)
        if receiver is not None:
            positional.insert(0, receiver)
        for index, name in enumerate(parameters):
            if index < len(positional):
                names[name] = positional[index]
                if receiver is None or index:
                    passed.add(name)
        if spec.vararg is not None:
            extra = positional[len(parameters) :]
            names[spec.vararg.arg] = Sequence(
                "tuple", [*extra, args.rest] if args.open else extra, args.open
            )
            passed.add(spec.vararg.arg)
        first_default = len(parameters) - len(function.defaults)
        extra_keywords: dict[object, Value] = {}
        for name, value in args.keywords.items():
            if (name in parameters and name not in names) or name in keyword_only:
                names[name] = value
                passed.add(name)
            elif name not in names:
                extra_keywords[name] = value
        if spec.kwarg is not None:
            rest = UNKNOWN if args.open_keywords else None
            names[spec.kwarg.arg] = Mapping(extra_keywords, rest)
            passed.add(spec.kwarg.arg)
        for index, name in enumerate(parameters):
            if name in names:
                continue
            if index >= first_default and not args.open and not args.open_keywords:
                names[name] = function.defaults[index - first_default]
            else:
                names[name] = self.annotated(annotations.get(name), function, args.rest)
                if index >= first_default and names[name] is UNKNOWN:
                    default = function.defaults[index - first_default]
                    # Nobody is known to call this: the default is what may stand here.
                    if isinstance(default, PASSABLE):
                        names[name] = union([UNKNOWN, default])
        for name in keyword_only:
            if name not in names:
                known = not args.open_keywords and name in function.kw_defaults
                names[name] = (
                    function.kw_defaults[name]
                    if known
                    else self.annotated(annotations.get(name), function, args.rest)
                )
        for name, annotation in annotations.items():
            value = names.get(name, UNKNOWN)
            if value is UNKNOWN:
                names[name] = self.annotated(annotation, function, value)
        key: Hashable = tuple([v.key() for v in names.values()])
        if any(self._is_passable(v) for n, v in names.items() if n in passed):
            key = (key, id(node), *(id(f.call) for f in frame.ancestors()[:BLAME_DEPTH]))
        return names, passed, key

    def is_numeric(self, function: Function, args: Args, receiver: Value | None) -> bool:
        """Whether the function can have no effect: nothing of Haiku is in reach of its file, and it
        is given nothing to call."""
        file = function.file
        if file.linted or receiver is not None or self.is_configured or args.open:
            return False
        if function.scope.parent is not None:
            return False  # it may close over what its outer function was given
        if has_effects(self.project, file.path, file.source):
            return False
        return not any(self._is_passable(v) or isinstance(v, CONTAINERS) for v in args.values)

    def _is_passable(self, value: Value) -> bool:
        return any(
            isinstance(v, PASSABLE)
            or (isinstance(v, Symbol) and catalog.symbol(v.name) is not None)
            for v in options(value)
        )

    def result_of(self, node: FunctionNode, frame: Frame) -> Value:
        """What the call returns, from its returns and yields."""
        if frame.yields:
            return Sequence("scoped" if frame.yields_scoped else "list", frame.yields, True)
        return union(frame.returns, chosen=frame.returns_by_flag) if frame.returns else NONE

    def annotated(
        self, annotation: ast.expr | None, function: Function, value: Value = UNKNOWN
    ) -> Value:
        """A parameter of which only the annotation is known: an object of a module class, if so."""
        if annotation is None:
            return value
        return self.annotation_value(annotation, function, value)

    def decorate(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        function: Function,
        frame: Frame,
    ) -> Value:
        """The value that the decorators, innermost first, make of the function."""
        value: Value = function
        for decorator in reversed(node.decorator_list):
            made = self.evaluate(decorator, frame)
            value = self.apply_decorator(made, value, decorator, frame)
        return value

    def apply_decorator(
        self, decorator: Value, value: Value, node: ast.expr, frame: Frame
    ) -> Value:
        """One decorator applied."""
        if isinstance(decorator, Symbol):
            name = decorator.name
            if name in ("builtins.property", "functools.cached_property", "abc.abstractproperty"):
                return Property(value)
            if name in ("builtins.staticmethod", "builtins.classmethod"):
                if isinstance(value, Function):
                    value.kind = "static" if name.endswith("staticmethod") else "class"
                return value
        if isinstance(decorator, Unknown):
            # `@prop.setter` and decorators of unknown libraries.
            if isinstance(node, ast.Attribute) and node.attr in ("setter", "deleter", "getter"):
                return (
                    self.lookup(node.value.id, frame.env, frame)
                    if isinstance(node.value, ast.Name)
                    else UNKNOWN
                )
            return UNKNOWN
        args = Args([value], nodes=[None])
        self.decorators.add(id(node))
        return self.call_value(decorator, args, node, frame)


_HANDLERS: dict[type[Value], Callable[..., Value] | None] = {}
_CALLS: dict[type[Value], str] = {
    Function: "_call_plain",
    Symbol: "_call_named",
    Bound: "_call_bound",
    Instance: "call_instance",
    LibraryMethod: "call_library_method",
    Class: "construct",
    Partial: "_call_partial",
    OneOf: "_call_one_of",
    ByPhase: "_call_one_of",
    PairFunction: "run_pair",
    Transformed: "apply_transformed",
    Lifted: "apply_lifted",
    Lift: "run_lift",
    LinenModule: "call_linen_module",
    LinenMethod: "call_linen_method",
    Wrapped: "call_wrapped",
    LiftedFlax: "call_lifted_flax",
    LiftedClass: "construct_lifted",
    LiftedFunction: "apply_lifted_function",
}
