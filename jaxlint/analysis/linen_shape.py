"""What Linen allows of a module, and where: submodules, attributes, calls without variables."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import TYPE_CHECKING

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import LinenModule
from jaxlint.analysis.observations import LinenStructure
from jaxlint.analysis.values import (
    Class,
    Const,
    Function,
    Sequence,
    Symbol,
    Value,
)

if TYPE_CHECKING:
    pass

FREE = frozenset({"__init__", "__setattr__", "__post_init__"})
"""Methods in which the attributes of a module may be set, besides `setup`; `__post_init__` only
until it calls Linen's own (flax/linen/module.py, `__setattr__`)."""


class LinenShape(Core):
    """Part of the Interpreter: modules used against Linen's rules for modules."""

    def check_allowed(self, node: ast.expr, args: Args, frame: Frame, what: str) -> None:
        """A submodule made by a method that is neither setup nor compact."""
        flow = self.flow
        owner = flow.modules[-1] if flow.modules else None
        if isinstance(owner, LinenModule):
            self._check_named(owner, args, frame, what)
        if not isinstance(owner, LinenModule) or flow.context != "inside" or flow.unsure:
            return
        if "parent" in args.keywords or args.open_keywords or self.may_make(owner):
            return
        if not flow.is_certain or flow.expected or flow.caught:
            return
        if not self._fails_first(node, frame):
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

    def _fails_first(self, node: ast.AST, frame: Frame) -> bool:
        """Whether the function stops here: what is wrong further down is not reached.

        Of a method that the analysis runs on its own it is not known, where others call it, whether
        that is only in `setup`.
        """
        entry = self.entry
        if entry is not None and entry.owner is not None and _is_called(entry):
            return False
        if frame.stops_at is None:
            frame.stops_at = node
        return frame.stops_at is node

    def unbound_read(self, module: LinenModule, name: str, node: ast.AST, frame: Frame) -> None:
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
        if not self._fails_first(target, frame):
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

    def _check_named(self, owner: LinenModule, args: Args, frame: Frame, what: str) -> None:
        """A submodule that gets its name from its class: another compact method may use it too."""
        flow = self.flow
        opened = next((o for o in flow.compacts if o.module is owner), None)
        if opened is None or opened.method is None or "name" in args.keywords:
            return
        if opened.method.linen != "compact":
            return
        if args.open_keywords or "parent" in args.keywords or not flow.is_certain:
            return
        count = opened.counts[what] = opened.counts.get(what, -1) + 1
        method = opened.method
        signature = _signature(args)
        key = (owner.identity, what, count)
        first, built = flow.autonames.setdefault(key, (method, signature))
        if first.node is method.node or flow.expected or flow.caught or flow.unsure:
            return
        place = self._compact_decorator(method)
        if place is None:
            return
        differs = None not in (built, signature) and built != signature
        self.observe(
            LinenStructure(
                place,
                method.file,
                frame,
                kind="two-compact",
                name=f"{first.name} and {method.name} both make a {what}_{count}",
                module=owner.name,
                exception="ScopeParamShapeError" if differs else "",
            )
        )

    def _compact_decorator(self, method: Function) -> ast.expr | None:
        """The `nn.compact` among the decorators of a method."""
        if isinstance(method.node, ast.Lambda):
            return None
        for decorator in method.node.decorator_list:
            made = self.evaluate(decorator, Frame(method.file, method.scope))
            if isinstance(made, Symbol) and made.name == "flax.linen.compact":
                return decorator
        return None

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

    def observe_unbound(
        self, module: LinenModule, name: str, is_compact: bool, node: ast.AST, frame: Frame
    ) -> None:
        """A call that needs variables, of a module that has none here."""
        flow = self.flow
        exception = "CallCompactUnboundModuleError" if is_compact else "AttributeError"
        if self.running_in() == "haiku":
            self.linen_in_haiku(module, node, frame, exception)
            return
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
                exception=exception,
            )
        )

    def check_param(self, node: ast.expr, frame: Frame, owner: LinenModule, method: str) -> None:
        """`self.param` or `self.variable` in a method that is neither setup nor compact."""
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


def _is_called(method: Function) -> bool:
    """Whether a method of the class, or of a subclass, calls it on itself."""
    owner = method.owner
    classes = [] if owner is None else [*owner.mro, *owner.subclasses]
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method.name
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "self"
        for cls in classes
        if isinstance(cls, Class)
        for node in ast.walk(cls.node)
    )


def _signature(args: Args) -> Hashable:
    """The arguments, where all are constants; else None."""
    given = [(str(i), v) for i, v in enumerate(args.positional)] + sorted(args.keywords.items())
    if args.open or not all(_is_constant(v) for _, v in given):
        return None
    return tuple((n, v.key()) for n, v in given)


def _is_constant(value: Value) -> bool:
    if isinstance(value, Sequence) and value.kind == "tuple" and not value.open:
        return all(_is_constant(v) for v in value.items)
    return isinstance(value, Const)


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
