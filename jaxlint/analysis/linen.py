"""Flax Linen modules: how they are built, their attributes, and how their methods are called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import (
    RNG,
)
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import LinenMethod, LinenModule, Opened, Variable, Variables
from jaxlint.analysis.values import (
    UNKNOWN,
    Class,
    Const,
    Function,
    Mapping,
    Partial,
    Sequence,
    Symbol,
    Unknown,
    Value,
    now,
)

if TYPE_CHECKING:
    from jaxlint.catalog.linen_types import LinenMethod as MethodFacts
    from jaxlint.catalog.linen_types import LinenSymbol, Parameter

MODULE = "flax.linen.Module"


class LinenModules(Core):
    """Part of the Interpreter: what Linen modules are, and calls of their methods."""

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
        module.held = is_held(args)
        self.check_allowed(node, args, frame, module.name)
        return module

    def build_layer(self, symbol: LinenSymbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`nn.Dense(3)`."""
        module = LinenModule(None, symbol, node, self.module_identity(node, frame))
        self._born(module, frame)
        self._keep_fields(module, symbol.fields, args)
        module.held = is_held(args)
        self.check_allowed(node, args, frame, module.name)
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

    def may_make(self, owner: LinenModule) -> bool:
        """Whether submodules and parameters may be made now: in setup or a compact method."""
        return any(o.module is owner for o in self.flow.compacts)

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
            flow.compacts.append(Opened(module, None, {}))
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
        if name == "variables" and module.bound_runs:
            given = module.bound[0] if module.bound is not None else UNKNOWN
            if type(given) is not Mapping or given.rest is not None:
                return UNKNOWN
            return Variables(dict(given.items), UNKNOWN, module.bound_runs[-1], updates=True)
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
            self.unbound_read(module, name, node, frame)
        self.check_wrapped_attribute(module, name, node, frame)
        if layer is not None:
            for each in layer.fields:
                if each.name == name and each.constant and not module.opaque:
                    return Const(each.default)
        return UNKNOWN

    def seen_through(self, module: LinenModule, found: Value) -> Value:
        """What a module that stands for another holds: submodules that stand for the other's.

        The submodules of a bound module are bound, to a part of its variables.
        """
        if module.stands_for is None and module.bound is None:
            return found
        if isinstance(found, LinenModule) and module.bound is not None:
            part = self.copy_of(found)
            part.bound = (UNKNOWN, module.bound[1])
            return part
        if isinstance(found, LinenModule):
            return self.standing_for(found)
        if isinstance(found, Variable) and module.bound is None:
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
        copy.haiku = module.haiku
        self.built.append(copy)
        return copy

    def linen_method(self, layer: LinenSymbol | None, name: str) -> MethodFacts | None:
        """What is known of a method that Linen defines."""
        if layer is not None and name in layer.methods:
            return layer.methods[name]
        base = catalog.linen(MODULE)
        return base.methods.get(name) if base is not None else None

    def call_linen_module(
        self, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`module(*args)`."""
        if module.bound is not None:
            return self.call_bound_module(module, "__call__", args, node, frame)
        if module.haiku is not None:
            return self.call_wrapped_haiku(module, args, node, frame)
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
        opens = function.linen in ("compact", "scope")
        if opens:
            flow.compacts.append(Opened(module, function, {}))
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
        if module.bound is not None or module.held:
            return False
        if any(isinstance(m, LinenModule) and m.held for m in self.flow.modules):
            return False
        if self.flow.context == "outside" or self.running_in() == "haiku":
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
        self.flow.modules, self.flow.began, self.flow.haiku = [], [], False
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
            self.observe_unbound(module, name, function.linen == "compact", node, frame)
        return value

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
        inner.linen = _DECORATED.get(symbol.name, "")
        return value


def is_held(args: Args) -> bool:
    """Whether the constructor is given a parent: a scope or module that holds the variables."""
    parent = args.keywords.get("parent")
    if parent is None:
        return args.open_keywords
    return not (isinstance(parent, Const) and parent.value is None)


_DECORATED = {
    "flax.linen.compact": "compact",
    "flax.linen.compact_name_scope": "scope",
    "flax.linen.nowrap": "nowrap",
}
"""What a decorator makes of a method; "scope" is compact with names of its own."""
