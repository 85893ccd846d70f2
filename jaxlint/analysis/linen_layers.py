"""The layers of Linen's own: what calling one does, under the arguments it was given."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import (
    PARAM,
    RNG,
    STATE_CREATE,
    STATE_READ,
    STATE_WRITE,
    Effect,
    Step,
)
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import LinenModule, short_linen
from jaxlint.analysis.values import (
    ARRAY,
    TRACED_ARRAY,
    UNKNOWN,
    Const,
    Sequence,
    Unknown,
    Value,
    derived,
    options,
)
from jaxlint.catalog.linen_types import UNKNOWN as NOT_TOLD

if TYPE_CHECKING:
    from jaxlint.catalog.linen_types import Collection as CollectionFacts
    from jaxlint.catalog.linen_types import Condition, LinenSymbol, Parameter
    from jaxlint.catalog.linen_types import LinenMethod as MethodFacts


PARAMS = "params"
SETUP_STYLE = frozenset({"flax.linen.Embed"})
"""Layers that make their parameters in `setup` (flax/linen/linear.py); the others are compact."""


class LinenLayers(Core):
    """Part of the Interpreter: calls of Linen's own layers."""

    def call_layer(
        self, layer: LinenSymbol, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """The call of one of Linen's own layers, bound, unbound or lifted."""
        if module.bound is not None:
            return self.call_bound_module(module, "__call__", args, node, frame)
        if self.is_unbound(module):
            self.observe_unbound(module, "", layer.name not in SETUP_STYLE, node, frame)
            return UNKNOWN
        if module.lifting is not None:
            return self.call_lifted_layer(module, layer, args, node, frame)
        return self.run_layer(layer, module, args, node, frame)

    def run_layer(
        self, layer: LinenSymbol, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """What calling one of Linen's own modules does, under the arguments it was given."""
        values = values_of(layer.call, args)
        result: Value | None = None
        for name in layer.contains:
            held = module.attrs.get(name)
            if held is not None:
                result = self._call_held(held, layer, args, node, frame)
        self.layer_effects(layer, module, layer, args, values, node, frame)
        returns = layer.returns
        if layer.tuple_when is not None:
            given = self._holds(layer.tuple_when, layer, module, args, values)
            returns = {True: "tuple", False: "array", None: None}[given]
        if returns == "array":
            return TRACED_ARRAY if args.traced else ARRAY
        if layer.name == "flax.linen.Sequential" and result is not None:
            return result
        return derived(*args.values)

    def _call_held(
        self, held: Value, layer: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        items = self.elements(held)
        known = items is not None
        if items is None:
            items = held.items if isinstance(held, Sequence) else [held]
        given = args
        result: Value = derived(*args.values)
        if layer.scans:
            given = Args([derived(*args.values), derived(*args.values)])
        unsure = not known and isinstance(held, Sequence)
        self.flow.conditional += unsure
        try:
            for item in items:
                for option in options(item):
                    result = self.call_value(option, given, node, frame)
                given = given if layer.scans else Args([result])
        finally:
            self.flow.conditional -= unsure
        return result

    def layer_effects(
        self,
        layer: LinenSymbol,
        module: LinenModule,
        facts: LinenSymbol | MethodFacts,
        args: Args,
        values: dict[str, Value],
        node: ast.expr,
        frame: Frame,
    ) -> None:
        """Record what a call of a layer, or of one of its methods, does under its arguments."""
        name = layer.name
        for each in facts.collections:
            collection = self._named(module, layer, each.field, each.name)
            if collection is None:
                continue
            for kind, condition, sown in _parts(each):
                if condition is None or (kind == STATE_WRITE and self.flow.phase == "init"):
                    continue
                holds = self._holds(condition, layer, module, args, values)
                what = f"calls {short_linen(name)}, which {_WHAT[kind].format(collection)}"
                effect = Effect(
                    kind,
                    (module.identity, collection, name),
                    (Step(node, frame.file, what, self.passed_from(node, frame)), None),
                    phase="apply" if kind == STATE_WRITE else None,
                    traced=kind == STATE_WRITE and args.traced,
                    births=module.births,
                    name=name,
                    collection=collection,
                    sown=sown,
                )
                self._record_if(holds, effect, frame, module)
        for stream in facts.streams:
            drawn = self._named(module, layer, stream.field, stream.name)
            holds = self._holds(stream.when, layer, module, args, values)
            what = f"calls {short_linen(name)}, which draws from {drawn!r}"
            if drawn is not None:
                step = Step(node, frame.file, what, self.passed_from(node, frame))
                effect = Effect(
                    RNG, None, (step, None), births=module.births, name=name, stream=drawn
                )
                self._record_if(holds, effect, frame, module)

    def _record_if(
        self, holds: bool | None, effect: Effect, frame: Frame, module: LinenModule
    ) -> None:
        if holds is False:
            return
        self.flow.conditional += holds is None
        try:
            self.record_linen(effect, frame, module)
        finally:
            self.flow.conditional -= holds is None

    def record_linen(self, effect: Effect, frame: Frame, module: LinenModule) -> None:
        """An effect on the scope of `module`."""
        if module.stands_for is not None:
            effect = effect.but(lifted=True)
        self.record(frame, effect)

    def _named(
        self, module: LinenModule, layer: LinenSymbol, field: str | None, default: str
    ) -> str | None:
        """A collection's or stream's name, that a field may give; None where it is not known."""
        if field is None:
            return default
        value = module.attrs.get(field)
        if value is None:
            return None if module.opaque else default
        return value.value if isinstance(value, Const) and isinstance(value.value, str) else None

    def _holds(
        self,
        condition: Condition,
        layer: LinenSymbol,
        module: LinenModule,
        args: Args,
        values: dict[str, Value],
    ) -> bool | None:
        fields = {p.name: p for p in layer.fields}

        def value_of(name: str) -> Any:
            given = values.get(name)
            if given is not None and not (isinstance(given, Const) and given.value is None):
                return self._told(given)
            if given is None and (args.open or args.open_keywords) and name not in fields:
                return NOT_TOLD
            if given is None and args.open_keywords:
                return NOT_TOLD
            held = module.attrs.get(name)
            if held is not None:
                return self._told(held)
            default = fields.get(name)
            if default is None:
                return None
            if module.opaque or not default.constant:
                return NOT_TOLD
            return default.default

        return condition.holds(value_of)

    def _told(self, value: Value) -> Any:
        if isinstance(value, Const):
            return value.value
        if isinstance(value, Unknown):
            return True if value.is_key else NOT_TOLD
        truth = self.truth(value)[0]
        return NOT_TOLD if truth is None else truth


def values_of(parameters: tuple[Parameter, ...], args: Args) -> dict[str, Value]:
    """The arguments by name, as far as they are given."""
    found: dict[str, Value] = {}
    position = 0
    for each in parameters:
        if each.kind == "*":
            position = len(args.positional)
            continue
        value = args.keywords.get(each.name)
        if each.kind == "positional":
            if position < len(args.positional):
                value = args.positional[position]
            position += 1
        if value is not None:
            found[each.name] = value
    return found


def _parts(each: CollectionFacts) -> list[tuple[str, Condition | None, bool]]:
    if each.name == PARAMS:
        return [(PARAM, each.creates or each.reads, False)]
    return [
        (STATE_CREATE, each.creates, False),
        (STATE_READ, each.reads, False),
        (STATE_WRITE, each.writes, False),
        (STATE_WRITE, each.sows, True),
    ]


_WHAT = {
    PARAM: "creates {!r}",
    STATE_CREATE: "creates {!r}",
    STATE_READ: "reads {!r}",
    STATE_WRITE: "updates {!r}",
}
