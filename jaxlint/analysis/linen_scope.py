"""The methods that every Linen module has: parameters, variables, keys, and guards."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

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
from jaxlint.analysis.linen_layers import PARAMS, values_of
from jaxlint.analysis.linen_values import LinenMethod, LinenModule, Variable
from jaxlint.analysis.values import (
    FALSE,
    KEY,
    NONE,
    RUNNING_INIT,
    TRACED_KEY,
    TRUE,
    UNKNOWN,
    Const,
    InitFlag,
    Value,
    derived,
    now,
)

if TYPE_CHECKING:
    from jaxlint.catalog.linen_types import LinenMethod as MethodFacts


class LinenScope(Core):
    """Part of the Interpreter: `self.param` and its like, and the guards."""

    def call_linen_method(
        self, method: LinenMethod, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """A method that Linen defines: `self.param`, `model.apply`, or the call of a layer."""
        module, layer = method.receiver, method.layer
        if method.method == "__post_init__":
            module.sealed = True
            return NONE
        if method.method == "__call__":
            return self.call_layer(layer, module, args, node, frame)
        facts = self.linen_method(layer, method.method)
        if facts is None:
            return self.unknown_call(args.values)
        if facts.kind == "root":
            return self.run_linen_root(module, facts, args, node, frame)
        if facts.kind == "effect":
            return self._effect_of(method, facts, args, node, frame)
        if facts.kind == "guard":
            return self._guard(method.method, args)
        if facts.kind == "copy":
            return self._copied(module, args)
        if facts.kind == "call":
            values = values_of(facts.arguments, args)
            self.layer_effects(layer, module, facts, args, values, node, frame)
        return derived(*args.values)

    def _copied(self, module: LinenModule, args: Args) -> Value:
        copy = self.copy_of(module)
        copy.identity = ("new", now())
        if args.open_keywords:
            copy.opaque = True
        copy.attrs.update({k: v for k, v in args.keywords.items() if not k.startswith("_")})
        return copy

    def _effect_of(
        self, method: LinenMethod, facts: MethodFacts, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        module, kind = method.receiver, facts.effect
        if self.is_unbound(module):
            return UNKNOWN
        values = values_of(facts.arguments, args)
        spelled = f"flax.linen.Module.{method.method}"
        step = Step(node, frame.file, "", self.passed_from(node, frame))
        traced = args.traced
        if kind == "rng":
            stream = _text(values.get("name", Const("params")))
            if stream is None:
                return TRACED_KEY if traced else KEY
            step = step._replace(what=f"self.make_rng draws from {stream!r}")
            self.record_linen(
                Effect(RNG, None, (step, None), births=module.births, name=spelled, stream=stream),
                frame,
                module,
            )
            return KEY
        key = "collection" if kind == "perturb" else "col"
        default = Const("perturbations") if kind == "perturb" else UNKNOWN
        collection = PARAMS if kind == "param" else _text(values.get(key, default))
        name = values.get("name")
        label = name.value if isinstance(name, Const) else None
        if kind == "param":
            self.check_param(node, frame, module, "param")
        elif kind == "variable":
            self.check_param(node, frame, module, "variable")
        effect_kind, verb = _KINDS[kind or ""]
        if collection is not None:
            what = f"self.{method.method} {verb.format(collection)}"
            self.record_linen(
                Effect(
                    effect_kind,
                    (module.identity, collection, label) if label is not None else None,
                    (step._replace(what=what), None),
                    phase=_PHASES.get(kind or ""),
                    traced=effect_kind == STATE_WRITE and traced,
                    births=module.births,
                    name=spelled,
                    collection=collection,
                    sown=kind == "sow",
                ),
                frame,
                module,
            )
        if kind == "variable":
            return Variable(collection, label, module)
        if kind == "perturb":
            return values.get("value", UNKNOWN)
        return NONE if kind in ("variable-write", "sow") else derived(*args.values)

    def _guard(self, name: str, args: Args) -> Value:
        run = self.flow.linen
        first = _text(args.positional[0]) if args.positional else None
        if name == "is_initializing":
            return RUNNING_INIT
        if name == "has_variable":
            if run is not None and run.mode == "apply" and run.collections is not None:
                if first is not None and first not in run.collections:
                    changing = run.mutable is None or run.mutable.has(first)
                    return UNKNOWN if changing else FALSE
            return InitFlag("apply", "init")
        if name == "is_mutable_collection":
            if run is not None:
                run.guarded = True
                if run.mutable is None or first is None:
                    return UNKNOWN
                return TRUE if run.mutable.has(first) else FALSE
            return InitFlag("init", "apply") if first == PARAMS else InitFlag(None, "apply")
        if name == "has_rng" and run is not None and run.streams is not None and first is not None:
            return TRUE if first in run.streams or PARAMS in run.streams else FALSE
        return UNKNOWN

    def variable_attribute(
        self, variable: Variable, name: str, node: ast.AST, frame: Frame
    ) -> Value:
        """`variable.value`."""
        if name == "value":
            self._touch(variable, STATE_READ, "reads {!r}", UNKNOWN, node, frame)
        return UNKNOWN

    def write_variable(self, variable: Variable, value: Value, node: ast.AST, frame: Frame) -> None:
        """`variable.value = value`."""
        self._touch(variable, STATE_WRITE, "writes {!r}", value, node, frame)

    def _touch(
        self,
        variable: Variable,
        kind: str,
        verb: str,
        value: Value,
        node: ast.AST,
        frame: Frame,
    ) -> None:
        if variable.collection is None:
            return
        owner = variable.owner
        label = variable.name
        what = f"the variable {label!r} {verb.format(variable.collection)}"
        self.record_linen(
            Effect(
                kind,
                (owner.identity, variable.collection, label) if label is not None else None,
                (Step(node, frame.file, what), None),
                traced=kind == STATE_WRITE and value.traced,
                births=owner.births,
                name="flax.linen.Variable",
                collection=variable.collection,
            ),
            frame,
            owner,
        )


def _text(value: Value) -> str | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


_KINDS = {
    "param": (PARAM, "creates {!r}"),
    "variable": (STATE_CREATE, "creates {!r}"),
    "variable-get": (STATE_READ, "reads {!r}"),
    "variable-write": (STATE_WRITE, "writes {!r}"),
    "sow": (STATE_WRITE, "sows into {!r}"),
    "perturb": (STATE_CREATE, "creates {!r}"),
}


_PHASES = {"sow": "apply", "perturb": "init"}
