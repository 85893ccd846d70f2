"""Flax Linen modules: how they are built, what their methods do, and what the layers do."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from jaxlint import catalog
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
from jaxlint.analysis.linen_values import LinenMethod, LinenModule, Variable, short_linen
from jaxlint.analysis.observations import LinenStructure
from jaxlint.analysis.values import (
    ARRAY,
    FALSE,
    KEY,
    NONE,
    RUNNING_INIT,
    TRACED_ARRAY,
    TRACED_KEY,
    TRUE,
    UNKNOWN,
    Bound,
    Class,
    Const,
    Function,
    InitFlag,
    Partial,
    Sequence,
    Symbol,
    Unknown,
    Value,
    derived,
    now,
    options,
)
from jaxlint.catalog.linen_types import UNKNOWN as NOT_TOLD

if TYPE_CHECKING:
    from jaxlint.catalog.linen_types import Collection as CollectionFacts
    from jaxlint.catalog.linen_types import Condition, LinenSymbol, Parameter
    from jaxlint.catalog.linen_types import LinenMethod as MethodFacts

MODULE = "flax.linen.Module"
PARAMS = "params"
FREE = frozenset({"__init__", "__setattr__", "__post_init__"})
"""Methods in which the attributes of a module may be set, besides `setup`; `__post_init__` only
until it calls Linen's own (flax/linen/module.py, `__setattr__`)."""


class LinenModules(Core):
    """Part of the Interpreter: Linen modules and their methods."""

    # -- what is a module -------------------------------------------------------------------------

    def linen_base(self, cls: Class) -> LinenSymbol | None:
        """The first class of the MRO that is one of Linen's modules; None: no Linen module."""
        key = id(cls)
        if key not in self.linen_bases:
            self.linen_bases[key] = next(
                (
                    found
                    for base in cls.mro
                    if isinstance(base, Symbol)
                    and base.name.startswith("flax.")
                    and (found := catalog.linen(base.name)) is not None
                    and found.kind == "module"
                ),
                None,
            )
        return self.linen_bases[key]

    def layer_of(self, module: LinenModule) -> LinenSymbol | None:
        """Linen's own class that the module is, or derives from."""
        return module.layer if module.cls is None else self.linen_base(module.cls)

    # -- construction -----------------------------------------------------------------------------

    def construct_linen(self, cls: Class, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`Net(features=3)`: the fields are filled in; `setup` waits until the module is bound."""
        module = LinenModule(cls, None, node, self.module_identity(node, frame))
        self._born(module, frame)
        init = self.lookup_class(cls, "__init__")
        base = self.linen_base(cls)
        if isinstance(init, Function):
            self.call_function(init, args, node, frame, module)
        else:
            own = args
            if base is not None and base.fields:
                self._keep_fields(module, base.fields, args)
                own = Args(args.positional[len(base.fields) :], args.keywords)
                own.open, own.open_keywords = args.open, args.open_keywords
            self.fill_fields(module, cls, own, node, frame)
            post = self.lookup_class(cls, "__post_init__")
            if isinstance(post, Function):
                self.call_function(post, Args([]), node, frame, module)
        self._check_allowed(node, args, frame, module.name)
        return module

    def build_layer(self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`nn.Dense(3)`."""
        module = LinenModule(None, symbol, node, self.module_identity(node, frame))
        self._born(module, frame)
        self._keep_fields(module, symbol.fields, args)
        self._check_allowed(node, args, frame, module.name)
        return module

    def _born(self, module: LinenModule, frame: Frame) -> None:
        flow = self.flow
        module.root = flow.root
        module.shared = frame.function is None
        self.built.append(module)
        if flow.modules:
            module.births = ((now(), flow.began[-1]), *flow.modules[-1].births)

    def _keep_fields(self, module: LinenModule, fields: tuple[Parameter, ...], args: Args) -> None:
        for index, each in enumerate(fields):
            value = args.get(index, each.name)
            if value is not None:
                module.attrs[each.name] = value
        if args.open or args.open_keywords:
            module.opaque = True

    def _check_allowed(self, node: ast.expr, args: Args, frame: Frame, what: str) -> None:
        """A submodule made by a method that is neither setup nor compact."""
        flow = self.flow
        owner = flow.modules[-1] if flow.modules else None
        if not isinstance(owner, LinenModule) or flow.context != "inside" or flow.unsure:
            return
        if "parent" in args.keywords or args.open_keywords or self.may_make(owner):
            return
        if not flow.is_certain or flow.expected or flow.caught:
            return
        self.observe(
            LinenStructure(
                node,
                frame.file,
                frame,
                kind="outside-compact",
                name=what,
                module=owner.name,
                exception="AssignSubModuleError",
            )
        )

    def may_make(self, owner: LinenModule) -> bool:
        """Whether submodules and parameters may be made now: in setup or a compact method."""
        return any(m is owner for m in self.flow.compacts)

    def ensure_setup(self, module: LinenModule, node: ast.AST, frame: Frame) -> None:
        """Run `setup` if this init or apply has not done so: Linen does at the first use."""
        flow = self.flow
        if module.cls is None or id(module) in flow.ready:
            return
        setup = self.lookup_class(module.cls, "setup")
        if not isinstance(setup, Function):
            return
        flow.ready.add(id(module))
        key = (flow.phase, flow.linen.key() if flow.linen is not None else None)
        known = module.setups.get(key)
        if known is None:
            phase, conditional, loops = flow.phase, flow.conditional, flow.loops
            flow.conditional = flow.loops = 0
            flow.compacts.append(module)
            flow.setting_up.append(module)
            try:
                _, known, draws = self.collect(
                    frame, lambda: self.call_function(setup, Args([]), node, frame, module)
                )
            finally:
                flow.compacts.pop()
                flow.setting_up.pop()
                flow.phase, flow.conditional, flow.loops = phase, conditional, loops
            module.setups[key] = known
            self.merge(frame, known, draws)
        else:
            self.merge(frame, known, [])

    # -- attributes -------------------------------------------------------------------------------

    def linen_attribute(self, module: LinenModule, name: str, node: ast.AST, frame: Frame) -> Value:
        """`module.name`."""
        if name in module.attrs:
            found = module.attrs[name]
            if isinstance(found, Const) and name in self.mutated_attributes(module):
                return UNKNOWN
            return self.seen_through(module, found)
        layer = self.layer_of(module)
        if module.cls is not None:
            hit = self.lookup_class(module.cls, name)
            if hit is not None:
                return self.bind(hit, module, node, frame)
            if name == "__class__":
                return module.cls
        method = self.linen_method(layer, name)
        if method is not None and layer is not None:
            return LinenMethod(layer, name, module)
        if name == "__call__" and layer is not None:
            return LinenMethod(layer, name, module)
        if module.cls is not None and not self.is_unbound(module):
            self.ensure_setup(module, node, frame)
            if name in module.attrs:
                return self.seen_through(module, module.attrs[name])
        elif module.cls is not None:
            self._unbound_read(module, name, node, frame)
        if layer is not None:
            for each in layer.fields:
                if each.name == name and each.constant and not module.opaque:
                    return Const(each.default)
        return UNKNOWN

    def seen_through(self, module: LinenModule, found: Value) -> Value:
        """What a module that stands for another holds: submodules that stand for the other's."""
        if module.stands_for is None:
            return found
        if isinstance(found, LinenModule):
            return self.standing_for(found)
        if isinstance(found, Variable):
            return Variable(found.collection, found.name, module)
        if isinstance(found, Sequence) and not found.open:
            items = [self.seen_through(module, v) for v in found.items]
            return Sequence(found.kind, items)
        return found

    def standing_for(self, module: LinenModule) -> LinenModule:
        """The module as a lifted transform hands it to its function: a copy that knows it."""
        if module.stands_for is not None:
            return module
        copy = self.copy_of(module)
        copy.stands_for = module
        copy.births = module.births
        return copy

    def copy_of(self, module: LinenModule) -> LinenModule:
        """A module with the same class, fields and parameters."""
        copy = LinenModule(module.cls, module.layer, module.node, module.identity)
        copy.attrs = dict(module.attrs)
        copy.opaque, copy.shared = module.opaque, module.shared
        copy.births, copy.root = module.births, module.root
        copy.passed, copy.lifting = dict(module.passed), module.lifting
        self.built.append(copy)
        return copy

    def linen_method(self, layer: LinenSymbol | None, name: str) -> MethodFacts | None:
        """What is known of a method that Linen defines."""
        if layer is not None and name in layer.methods:
            return layer.methods[name]
        base = catalog.linen(MODULE)
        return base.methods.get(name) if base is not None else None

    def _unbound_read(self, module: LinenModule, name: str, node: ast.AST, frame: Frame) -> None:
        """`net.encoder` outside init and apply, where `setup` makes it."""
        setup = self.lookup_class(module.cls, "setup") if module.cls is not None else None
        if not isinstance(setup, Function) or not isinstance(node, ast.Attribute):
            return
        if module.bound is not None or self.flow.expected or self.flow.caught:
            return
        if name not in _self_assigned(setup) or not self.flow.is_certain:
            return
        self.observe(
            LinenStructure(
                node,
                frame.file,
                frame,
                kind="unbound-read",
                name=name,
                module=module.name,
                exception="AttributeError",
            )
        )

    def set_linen_attribute(
        self, module: LinenModule, name: str, value: Value, frame: Frame, target: ast.expr | None
    ) -> None:
        """`module.name = value`: allowed in setup, before that in `__post_init__`, else frozen."""
        if target is None or module.opaque or not self.flow.is_certain:
            return
        if self.flow.expected or self.flow.caught:
            return
        if module.cls is not None and self.lookup_class(module.cls, "__setattr__") is not None:
            return
        exception = "SetAttributeFrozenModuleError"
        if self._in_setup(module, frame):
            if module.cls is None or not self._is_field(module.cls, name):
                return
            exception = "SetAttributeInModuleSetupError"
        elif not self._is_frozen(module, frame):
            return
        self.observe(
            LinenStructure(
                target,
                frame.file,
                frame,
                kind="frozen",
                name=name,
                module=module.name,
                exception=exception,
            )
        )

    def _is_field(self, cls: Class, name: str) -> bool:
        """Whether the constructor takes it."""
        field = self.dataclass_fields(cls).get(name)
        if field is None or not isinstance(field.value, ast.Call):
            return field is not None
        return not any(
            k.arg == "init" and isinstance(k.value, ast.Constant) and k.value.value is False
            for k in field.value.keywords
        )

    def _in_setup(self, module: LinenModule, frame: Frame) -> bool:
        if any(m is module for m in self.flow.setting_up):
            return True
        return any(
            f.receiver is module and f.function is not None and f.function.name == "setup"
            for f in frame.ancestors()
        )

    def _is_frozen(self, module: LinenModule, frame: Frame) -> bool:
        """Whether the module is bound; one that nothing holds yet can still be changed.

        Source: flax/linen/module.py, `__setattr__` and `__post_init__`.
        """
        if any(
            f.receiver is module and f.function is not None and f.function.name in FREE
            for f in frame.ancestors()
        ):
            return module.sealed
        return module.bound is not None or any(m is module for m in self.flow.modules)

    # -- calls ------------------------------------------------------------------------------------

    def call_linen_module(
        self, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`module(*args)`."""
        if module.bound is not None:
            return self.call_bound_module(module, "__call__", args, node, frame)
        if module.cls is not None:
            method = self.lookup_class(module.cls, "__call__")
            if method is not None:
                return self.call_value(self.bind(method, module, node, frame), args, node, frame)
        layer = self.layer_of(module)
        if layer is None or layer.abstract:
            return self.unknown_call(args.values)
        return self.call_linen_method(LinenMethod(layer, "__call__", module), args, node, frame)

    def call_user_method(
        self, function: Function, module: LinenModule, args: Args, node: ast.AST, frame: Frame
    ) -> Value:
        """A method of a Linen module of the project; its setup comes first."""
        flow = self.flow
        if function.name in ("setup", "__init__", "__post_init__") or function.linen == "nowrap":
            return self.call_function(function, args, node, frame, module)
        if module.bound is not None and isinstance(node, ast.expr):
            return self.call_bound_module(module, function.name, args, node, frame)
        if self.is_unbound(module):
            return self._call_unbound(function, module, args, node, frame)
        self.ensure_setup(module, node, frame)
        opens = function.linen == "compact"
        if opens:
            flow.compacts.append(module)
        try:
            if module.lifting is not None:
                return self.call_lifted_method(module, function, args, node, frame)
            return self.call_function(function, args, node, frame, module)
        finally:
            if opens:
                flow.compacts.pop()

    def is_unbound(self, module: LinenModule) -> bool:
        """Whether the module certainly has no variables here.

        That is so outside init and apply, and also where it was built outside every module: at
        module level, or in a function that itself runs its init.
        """
        if module.bound is not None:
            return False
        if self.flow.context == "outside":
            return True
        if self.flow.context != "unknown" or self.flow.modules:
            return False
        return module.rooted or (module.shared and module.root is None)

    def _call_unbound(
        self, function: Function, module: LinenModule, args: Args, node: ast.AST, frame: Frame
    ) -> Value:
        """A method called outside init and apply: wrong if it needs the module's variables."""
        flow = self.flow
        outer, self.flow = flow, flow.copy()
        self.flow.context = "inside"
        self.flow.quiet += 1
        bound = self.running(module, "apply")
        try:
            value, effects, _ = self.collect(
                frame, lambda: self.call_user_method(function, bound, args, node, frame)
            )
        finally:
            self.flow = outer
        wrong = function.linen == "compact" or any(
            e.is_linen and not e.conditional and e.kind != RNG for e in effects
        )
        if wrong:
            name = "" if function.name == "__call__" else f".{function.name}"
            self._observe_unbound(module, name, function.linen == "compact", node, frame)
        return value

    def _observe_unbound(
        self, module: LinenModule, name: str, is_compact: bool, node: ast.AST, frame: Frame
    ) -> None:
        flow = self.flow
        if flow.expected or flow.caught or not flow.is_certain:
            return
        self.observe(
            LinenStructure(
                node,
                frame.file,
                frame,
                kind="unbound-call",
                name=f"{module.name}{name}",
                module=module.name,
                exception="CallCompactUnboundModuleError" if is_compact else "AttributeError",
            )
        )

    def call_linen_method(
        self, method: LinenMethod, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """A method that Linen defines: `self.param`, `model.apply`, or the call of a layer."""
        module, layer = method.receiver, method.layer
        if method.method == "__post_init__":
            module.sealed = True
            return NONE
        if method.method == "__call__":
            return self._call_layer(layer, module, args, node, frame)
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
            values = _values_of(facts.arguments, args)
            self._layer_effects(layer, module, facts, args, values, node, frame)
        return derived(*args.values)

    def _copied(self, module: LinenModule, args: Args) -> Value:
        copy = self.copy_of(module)
        copy.identity = ("new", now())
        if args.open_keywords:
            copy.opaque = True
        copy.attrs.update({k: v for k, v in args.keywords.items() if not k.startswith("_")})
        return copy

    # -- layers -----------------------------------------------------------------------------------

    def _call_layer(
        self, layer: LinenSymbol, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        if module.bound is not None:
            return self.call_bound_module(module, "__call__", args, node, frame)
        if self.is_unbound(module):
            self._observe_unbound(module, "", True, node, frame)
            return UNKNOWN
        if module.lifting is not None:
            return self.call_lifted_layer(module, layer, args, node, frame)
        return self.run_layer(layer, module, args, node, frame)

    def run_layer(
        self, layer: LinenSymbol, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """What calling one of Linen's own modules does, under the arguments it was given."""
        values = _values_of(layer.call, args)
        result: Value | None = None
        for name in layer.contains:
            held = module.attrs.get(name)
            if held is not None:
                result = self._call_held(held, layer, args, node, frame)
        self._layer_effects(layer, module, layer, args, values, node, frame)
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
        self.flow.conditional += 0 if known or not isinstance(held, Sequence) else 1
        try:
            for item in items:
                for option in options(item):
                    result = self.call_value(option, given, node, frame)
                given = given if layer.scans else Args([result])
        finally:
            self.flow.conditional -= 0 if known or not isinstance(held, Sequence) else 1
        return result

    def _layer_effects(
        self,
        layer: LinenSymbol,
        module: LinenModule,
        facts: LinenSymbol | MethodFacts,
        args: Args,
        values: dict[str, Value],
        node: ast.expr,
        frame: Frame,
    ) -> None:
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

    # -- methods of every module ------------------------------------------------------------------

    def _effect_of(
        self, method: LinenMethod, facts: MethodFacts, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        module, kind = method.receiver, facts.effect
        if self.is_unbound(module):
            return UNKNOWN
        values = _values_of(facts.arguments, args)
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
            self._check_param(node, frame, module, "param")
        elif kind == "variable":
            self._check_param(node, frame, module, "variable")
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

    def _check_param(self, node: ast.expr, frame: Frame, owner: LinenModule, method: str) -> None:
        flow = self.flow
        if flow.context != "inside" or self.may_make(owner) or not flow.is_certain or flow.unsure:
            return
        if not flow.modules or flow.modules[-1] is not owner or flow.expected or flow.caught:
            return
        self.observe(
            LinenStructure(
                node,
                frame.file,
                frame,
                kind="outside-compact",
                name=f"self.{method}",
                module=owner.name,
                exception="ValueError",
            )
        )

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
                if run.mutable is None or first is None:
                    return UNKNOWN
                return TRUE if run.mutable.has(first) else FALSE
            return InitFlag("init", "apply") if first == PARAMS else InitFlag(None, "apply")
        if name == "has_rng" and run is not None and run.streams is not None and first is not None:
            return TRUE if first in run.streams or PARAMS in run.streams else FALSE
        return UNKNOWN

    # -- variables --------------------------------------------------------------------------------

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

    # -- decorators -------------------------------------------------------------------------------

    def call_linen_symbol(
        self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call a Linen symbol that the catalog knows."""
        kind = symbol.kind
        if kind == "module":
            if symbol.abstract:
                return UNKNOWN
            return self.build_layer(symbol, args, node, frame)
        if kind == "transform":
            return self.call_linen_transform(symbol, args, node, frame)
        if kind == "root":
            return self.wrap_linen_root(symbol, args, node, frame)
        if kind == "decorator":
            return self._decorated(symbol, args)
        if kind == "wrapper":
            return args.positional[0] if args.positional else UNKNOWN
        if kind == "initializer":
            return UNKNOWN
        if symbol.name == "flax.linen.DenyList":
            return self.deny_list(args)
        if symbol.name == "flax.linen.merge_param":
            return self._merged(args)
        if kind == "pure" and args.positional and isinstance(args.positional[0], Unknown):
            if symbol.aliases and symbol.aliases[0].startswith("flax.linen.activation."):
                return args.positional[0]
        return self.unknown_call(args.values)

    def _merged(self, args: Args) -> Value:
        """`nn.merge_param(name, field, argument)`: whichever of the two is given."""
        if len(args.positional) != 3:
            return UNKNOWN
        field, given = args.positional[1:]
        if isinstance(given, Const) and given.value is None:
            return field
        if isinstance(field, Const) and field.value is None:
            return given
        return UNKNOWN

    def _decorated(self, symbol: LinenSymbol, args: Args) -> Value:
        value = args.positional[0] if args.positional else None
        if value is None:
            return Symbol("jaxlint.identity")
        inner = value
        while not isinstance(inner, Function):
            if isinstance(inner, Partial):
                inner = inner.function
            else:
                callee = getattr(inner, "callee", None)
                if not isinstance(callee, Value):
                    return value
                inner = callee
        inner.linen = "nowrap" if symbol.name.endswith("nowrap") else "compact"
        return value

    def bound_method(self, module: LinenModule, function: Value) -> Value:
        """A function of a class as a method of `module`."""
        return Bound(function, module)


def _values_of(parameters: tuple[Parameter, ...], args: Args) -> dict[str, Value]:
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


def _text(value: Value) -> str | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def _self_assigned(setup: Function) -> set[str]:
    """The attributes that `setup` assigns on its first parameter."""
    node = setup.node
    names: set[str] = set()
    if isinstance(node, ast.Lambda) or not node.args.args:
        return names
    receiver = node.args.args[0].arg
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
            if isinstance(inner.value, ast.Name) and inner.value.id == receiver:
                names.add(inner.attr)
    return names


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
_KINDS = {
    "param": (PARAM, "creates {!r}"),
    "variable": (STATE_CREATE, "creates {!r}"),
    "variable-get": (STATE_READ, "reads {!r}"),
    "variable-write": (STATE_WRITE, "writes {!r}"),
    "sow": (STATE_WRITE, "sows into {!r}"),
    "perturb": (STATE_CREATE, "creates {!r}"),
}
_PHASES = {"sow": "apply", "perturb": "init"}
