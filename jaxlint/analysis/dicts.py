"""Objects of classes that are dicts: `class Nets(dict)`, its items often read as attributes."""

from __future__ import annotations

import ast

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.values import (
    Bound,
    Class,
    Const,
    DictObject,
    Function,
    Mapping,
    Symbol,
    Value,
)

DICTS = frozenset({"builtins.dict", "collections.OrderedDict", "collections.UserDict"})
FILL = Symbol("container.update")


class DictObjects(Core):
    """Part of the Interpreter: dict objects are made, and their attributes read and written."""

    def make_dict(self, cls: Class, args: Args, node: ast.expr, frame: Frame) -> Value | None:
        """An object of `cls` built here, if that is a dict; else None."""
        if not any(isinstance(base, Symbol) and base.name in DICTS for base in cls.mro):
            return None
        made = DictObject(cls)
        init = self.lookup_class(cls, "__init__")
        if isinstance(init, Function):
            self.call_function(init, args, node, frame, made)
        else:
            filled = self.call_symbol("builtins.dict", args, node, frame)
            if isinstance(filled, Mapping):
                made.items, made.rest = filled.items, filled.rest
        return made

    def dict_attribute(self, value: DictObject, name: str, node: ast.AST, frame: Frame) -> Value:
        """An attribute: the object's own, its class's, an item's, or a dict's method."""
        if name in value.attrs:
            return value.attrs[name]
        found = self.lookup_class(value.cls, name)
        if found is not None:
            return self.bind(found, value, node, frame)
        if name in value.items:
            return value.items[name]  # it is there in no other way
        return self.container_method(value, name)

    def set_dict_attribute(self, owner: DictObject, name: str, value: Value) -> None:
        """`owner.name = value`."""
        if name == "__dict__" and value is owner:
            owner.shared = True
        elif owner.shared or self.lookup_class(owner.cls, "__setattr__") is not None:
            self.set_item(owner, Const(name), value)
        else:
            owner.attrs[name] = value

    def dict_super(
        self, receiver: DictObject, cls: Class, name: str, node: ast.AST, frame: Frame
    ) -> Value:
        """`super().name` in a method of `cls`."""
        mro = receiver.cls.mro
        for base in mro[mro.index(cls) + 1 :] if cls in mro else ():
            if isinstance(base, Class) and name in base.attrs:
                return self.bind(base.attrs[name], receiver, node, frame)
        return (
            Bound(FILL, receiver) if name == "__init__" else self.container_method(receiver, name)
        )
