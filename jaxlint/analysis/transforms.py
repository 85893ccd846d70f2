"""Raw transforms and their lifted versions applied to callables."""

from __future__ import annotations

import ast

from jaxlint import catalog
from jaxlint.analysis.arguments import Args
from jaxlint.analysis.blame import callable_in
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import CONSTRUCT, RNG, Effect, built_since
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import LinenMethod, LinenModule, Variables
from jaxlint.analysis.observations import RawSite
from jaxlint.analysis.transformed import (
    PairFunction,
    Transformed,
)
from jaxlint.analysis.values import (
    TRACED,
    TRACED_ARRAY,
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
    derived,
    key_value,
    now,
    options,
    union,
)
from jaxlint.catalog import CallableSlot, Pass, Transform

SILENT_GROUPS = frozenset({"inline", "host"})
KEEPS_RESULT = frozenset({"stage", "map", "stage-map", "custom", "inline", "loop"})
REFUSED_BY_ROOTS = frozenset({"jax.jit", "jax.pmap"})
"""Transforms whose result hk.transform refuses (haiku/_src/transform.py, its check of `f`)."""
STAGING_BY_HASH = frozenset(
    {"jax.jit", "jax.checkpoint", "jax.lax.cond", "jax.lax.switch", "jax.experimental.pjit.pjit"}
)
"""Transforms that hash their callable, and take arrays alone as its arguments."""
STAGES_ONLY = frozenset({"lower", "trace"})
"""Methods of a jitted function that trace it and return something else than its result."""


class Transforms(Core):
    """Part of the Interpreter: `jax.vmap(f)`, `jax.lax.scan(f, ...)`, `hk.vmap(f)`."""

    def is_raw(self, value: Value) -> bool:
        """Whether calling the value applies a raw transform."""
        if isinstance(value, Transformed):
            return value.spec.group not in SILENT_GROUPS
        if isinstance(value, Symbol):
            spec = catalog.transform(value.name)
            return spec is not None and spec.group not in SILENT_GROUPS
        if isinstance(value, Partial):
            return self.is_raw(value.function)
        return False

    # -- raw transforms ---------------------------------------------------------------------------

    def call_transform(self, spec: Transform, args: Args, node: ast.expr, frame: Frame) -> Value:
        """Call a transform: it returns a callable ("wrap") or runs its callables now ("call")."""
        if spec.form == "wrap":
            return self._wrap(spec, args, node, frame)
        if spec.form != "call":
            return UNKNOWN
        results: list[Value] = []
        for slot in spec.callables:
            for callee, callee_node in self.callables_in(slot, spec.callables, args):
                if not self.is_known_callable(callee):
                    continue
                inputs = self.passed_on(slot, args)
                results.append(
                    self.run_raw(spec, slot, callee, callee_node, inputs, node, frame, frame)
                )
        if spec.name == "jax.eval_shape" or "cond" in spec.name or "switch" in spec.name:
            return union(results) if results else derived(*args.values)
        if spec.group == "inline" and len(results) == 1:
            return derived(*args.values)
        return TRACED if args.traced else UNKNOWN

    def _wrap(self, spec: Transform, args: Args, node: ast.expr, frame: Frame) -> Value:
        slot = spec.callables[0]
        callee = args.get(slot.position, slot.keyword)
        if callee is None:
            if args.open or (args.open_keywords and not args.keywords):
                return UNKNOWN
            # A decorator with options: `@jax.jit(static_argnums=0)`, `@partial(jax.vmap, ...)`.
            return Partial(Symbol(spec.name), [], dict(args.keywords))
        if not self.is_known_callable(callee):
            return derived(callee)
        keywords = {k: v for k, v in args.keywords.items() if k != slot.keyword}
        for index, value in enumerate(args.positional):
            if index != slot.position:
                keywords[f"#{index}"] = value
        callee_node = args.node(slot.position, slot.keyword)
        made = Transformed(spec, slot, callee, callee_node, node, frame, keywords)
        if spec.group not in SILENT_GROUPS and not self.is_pure_callable(callee):
            self.deferred_calls.append((made, frame, self.flow.copy()))
        return made

    def is_pure_callable(self, value: Value) -> bool:
        """Whether the callable is a pair's pure function."""
        while isinstance(value, (Partial, Transformed)):
            value = value.function if isinstance(value, Partial) else value.callee
        if isinstance(value, LinenMethod):
            facts = self.linen_method(value.layer, value.method)
            return facts is not None and facts.kind == "root"
        return isinstance(value, PairFunction)

    def transformed_attribute(
        self, value: Transformed, name: str, node: ast.AST, frame: Frame
    ) -> Value:
        """An attribute of a transformed callable: `jit(f).lower`, `custom_vjp(f).defvjp`."""
        if name == "__wrapped__":
            return value.callee
        if name == "eval_shape":
            return value
        if name in STAGES_ONLY:
            return Partial(Symbol("jaxlint.discard"), [value], {})
        return UNKNOWN

    def apply_transformed(
        self, value: Transformed, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call `jax.vmap(f)`."""
        value.applied = True
        inputs = self._inputs(value, args)
        spec = value.spec
        if self.is_pure_callable(value.callee):
            return self.call_value(value.callee, inputs, node, frame)
        # Outside every root the call is to blame, wherever the transform was made.
        called_there = isinstance(node, ast.Call) and node.func is value.node
        place = node if self.flow.context == "outside" and not called_there else value.node
        result = self.run_raw(
            spec,
            value.slot,
            value.callee,
            value.callee_node,
            inputs,
            place,
            value.frame,
            frame,
            first_is_static=0 in self._static(value),
        )
        if spec.name in ("jax.value_and_grad", "jax.experimental.sparse.value_and_grad"):
            return Sequence("tuple", [result, TRACED])
        if spec.group in KEEPS_RESULT:
            return result
        return TRACED if any(v.traced for v in args.values) else UNKNOWN

    def _static(self, value: Transformed) -> set[object]:
        """The positions and names of the arguments that are declared static."""
        static: set[object] = set()
        for name in value.spec.statics:
            given = value.keywords.get(name)
            items = self.elements(given) if given is not None else None
            for item in items if items is not None else [given]:
                if isinstance(item, Const):
                    static.add(item.value)
        return static

    def _inputs(self, value: Transformed, args: Args) -> Args:
        """The arguments as the callee sees them: tracers, but for those declared static."""
        static = self._static(value)
        axes = value.keywords.get("in_axes", value.keywords.get("#1"))
        parts = self.elements(axes) if axes is not None and value.spec.group == "map" else None
        positional = []
        for index, item in enumerate(args.positional):
            unmapped = (
                parts is not None
                and index < len(parts)
                and isinstance(part := parts[index], Const)
                and part.value is None
            )
            positional.append(item if index in static or unmapped else traced(item))
        keywords = {k: v if k in static else traced(v) for k, v in args.keywords.items()}
        return Args(
            positional,
            keywords,
            args.open,
            args.open_keywords,
            TRACED,
            args.nodes,
            args.keyword_nodes,
        )

    def callables_in(
        self, slot: CallableSlot, slots: tuple[CallableSlot, ...], args: Args
    ) -> list[tuple[Value, ast.expr | None]]:
        """The callables in a slot, with their expressions."""
        if slot.keyword == "**":
            named = {s.keyword for s in slots}
            return [
                (v, args.keyword_nodes.get(k)) for k, v in args.keywords.items() if k not in named
            ]
        value = args.get(slot.position, slot.keyword)
        if value is None:
            return []
        node = args.node(slot.position, slot.keyword)
        if not slot.many:
            return [(value, node)]
        if isinstance(value, Mapping):
            return [(v, node) for v in value.values()]
        if not isinstance(value, Sequence):
            return [(v, node) for v in options(value)]
        nodes: list[ast.expr | None] = [node] * len(value.items)
        if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) == len(value.items):
            nodes = list(node.elts)
        return list(zip(value.items, nodes, strict=True))

    def passed_on(self, slot: CallableSlot, args: Args) -> Args:
        """What a call-style transform hands to the callable in `slot`."""
        inputs: list[Value] = []
        is_open = args.open
        for item in slot.passes:
            if item.traced:
                inputs.append(TRACED)
                is_open = is_open or item.rest
            elif item.keywords:
                continue
            else:
                inputs += self._passed_item(item, args)
        if not slot.passes:
            is_open = True
        return Args([traced(v) for v in inputs], {}, is_open, False, TRACED)

    def _passed_item(self, item: Pass, args: Args) -> list[Value]:
        if item.rest:
            values = args.positional[item.position or 0 :]
        else:
            value = args.get(item.position, item.keyword)
            values = [value] if value is not None else []
        if item.elements and values:
            elements = self.elements(values[0])
            values = elements if elements is not None else [TRACED]
        if item.row:
            values = [row_of(v) for v in values]
        return values

    def run_raw(
        self,
        spec: Transform,
        slot: CallableSlot,
        callee: Value,
        callee_node: ast.expr | None,
        inputs: Args,
        site: ast.expr,
        site_frame: Frame,
        frame: Frame,
        first_is_static: bool = False,
    ) -> Value:
        """Call `callee` as the transform at `site` does, and observe its effects."""
        flow = self.flow
        group = slot.group or spec.group
        if group in SILENT_GROUPS:
            return self.call_value(callee, inputs, site, frame)
        before, start = set(flow.existing), now()
        again, outer = id(site) in self.suppliers, self.suppliers.get(id(site))
        self.suppliers[id(site)] = self.passed_frame(callable_in(callee_node), site_frame)
        try:
            value, effects, draws = self._run_at(callee, inputs, site, site_frame, frame)
        finally:
            if again:
                self.suppliers[id(site)] = outer
            else:
                del self.suppliers[id(site)]
        if group != "map" and group != "ad":
            flow.existing = before
        impure = [built_since(e, start) for e in effects if e.kind != CONSTRUCT]
        impure = [e for e in impure if (e.kind, e.subject) not in self.flag_groups]
        if impure and flow.context != "outside":
            run = flow.linen
            observation = RawSite(
                site,
                site_frame.file,
                site_frame,
                transform=spec,
                slot=slot,
                callee=self.callee_text(callee, callee_node, site_frame),
                effects=impure,
                phase=flow.phase,
                context=flow.context,
                refused=spec.name in REFUSED_BY_ROOTS and id(site) in self.at_root,
                unfit=_unfit(spec, callee, inputs, first_is_static),
                only_applied=run is not None and run.other_method and not run.guarded,
            )
            self.blame(observation, callee_node)
            self.observe(observation)
            if any(e.kind == RNG and not e.at_init for e in impure) and not flow.reserved:
                draws = [*draws, observation]
        self.merge(frame, effects, draws)
        return value

    def _run_at(
        self, callee: Value, inputs: Args, site: ast.expr, site_frame: Frame, frame: Frame
    ) -> tuple[Value, list[Effect], list[RawSite]]:
        """Call a transform's callee as from where it was made, its effects kept apart."""
        if site_frame is frame:
            return self.collect(
                frame,
                lambda: self.given_here(lambda: self.call_value(callee, inputs, site, frame)),
            )
        stand_in = Frame(
            site_frame.file, site_frame.env, site_frame.function, frame, None, site_frame.receiver
        )
        stand_in.passed = site_frame.passed
        value = self.given_here(lambda: self.call_value(callee, inputs, site, stand_in))
        return value, stand_in.effects, stand_in.open_draws

    # -- what was never applied -----------------------------------------------------------------

    def run_deferred(self) -> None:
        """Apply, with unknown arguments, the transformed callables that nothing has called."""
        done = 0
        while done < len(self.deferred_calls):
            made, frame, flow = self.deferred_calls[done]
            done += 1
            if made.applied or not frame.file.linted or flow.quiet:
                continue
            if flow.context == "outside":
                # Made at module level and called nowhere: where it will run is not known.
                flow.context = "unknown"
            outer, self.flow = self.flow, flow
            args = Args([], open=True, open_keywords=True)
            try:
                if isinstance(made, Transformed):
                    self.apply_transformed(made, args, made.node, frame)
                else:
                    self.apply_lifted(made, args, made.node, frame)
            finally:
                self.flow = outer
        self.deferred_calls.clear()


def _unfit(spec: Transform, callee: Value, inputs: Args, first_is_static: bool) -> str:
    """What a transform raises that hashes its callable and static arguments, and traces the others.

    A bound module cannot be hashed, and is no array (flax 0.12.8, jax 0.10.2, measured).
    """
    if spec.name not in STAGING_BY_HASH:
        return ""
    if isinstance(callee, LinenModule):
        return "TypeError"
    handed = any(isinstance(v, LinenModule) for v in inputs.positional[:1])
    if not handed or not isinstance(callee, Function):
        return ""
    return "ValueError" if first_is_static else "TypeError"


def traced(value: Value) -> Value:
    """The value as a transform's callee receives it."""
    if isinstance(value, Unknown):
        if value.is_array:
            return TRACED_ARRAY
        return key_value(True, value.own) if value.is_key else TRACED
    if isinstance(value, Const):
        return value if isinstance(value.value, (bool, str, type(None))) else TRACED_ARRAY
    if isinstance(value, Sequence):
        return Sequence(value.kind, [traced(v) for v in value.items], value.open)
    if isinstance(value, Variables):
        return value  # which collections there are, tracing does not change
    if isinstance(value, Mapping):
        rest = traced(value.rest) if value.rest is not None else None
        return Mapping({k: traced(v) for k, v in value.items.items()}, rest)
    if isinstance(value, OneOf):
        return union([traced(v) for v in value.options], value.chosen)
    if isinstance(value, (Function, Bound, Instance, Partial)):
        return value
    return value


def row_of(value: Value) -> Value:
    """A slice of a mapped argument; a tuple of arrays gives a tuple of slices."""
    if isinstance(value, Sequence) and value.kind == "tuple":
        return value
    return TRACED_ARRAY if isinstance(value, Unknown) and value.is_array else TRACED
