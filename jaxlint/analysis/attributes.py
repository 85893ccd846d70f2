"""Reading and writing attributes: of instances, classes, modules, pairs and library symbols."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.core import Core
from jaxlint.analysis.linen_values import LiftedFunction, LinenMethod, LinenModule, Variable
from jaxlint.analysis.transformed import (
    MultiPart,
    Pair,
    Transformed,
)
from jaxlint.analysis.values import (
    TRACED,
    UNKNOWN,
    Bound,
    Class,
    Const,
    DictObject,
    Function,
    Instance,
    LibraryMethod,
    Mapping,
    ModuleValue,
    OneOf,
    Partial,
    Property,
    Sequence,
    Super,
    Symbol,
    Unknown,
    Value,
    derived,
    options,
    union,
)

if TYPE_CHECKING:
    from jaxlint.analysis.frames import Frame


@cache
def library_symbol(dotted: str) -> Symbol:
    """The symbol of a library's name, however it is spelled."""
    return Symbol(catalog.resolve(dotted))


ARRAY_METHOD = "jaxlint.array_method"
ARRAY_METHODS = frozenset(
    {
        *("astype", "clip", "flatten", "max", "mean", "min", "prod", "ravel", "reshape", "round"),
        *("squeeze", "std", "sum", "swapaxes", "transpose", "var"),
    }
)
"""Methods of an array that return one array."""
TUPLE_ATTRIBUTES = frozenset({"index", "count"})


class Attributes(Core):
    """Part of the Interpreter: attributes and class lookup."""

    def get_attribute(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Value:
        """What `value.name` is; Unknown where that cannot be told."""
        if isinstance(value, Symbol):
            member = value.members.get(name)
            if member is None:
                member = value.members[name] = library_symbol(f"{value.name}.{name}")
            return member
        if isinstance(value, Unknown):
            if value.is_array and name in ARRAY_METHODS:
                return Partial(Symbol(ARRAY_METHOD), [value], {})
            return TRACED if value.traced else UNKNOWN
        if isinstance(value, LinenModule):
            return self.linen_attribute(value, name, node, frame)
        if isinstance(value, Instance):
            return self._instance_attribute(value, name, node, frame)
        if isinstance(value, Variable):
            return self.variable_attribute(value, name, node, frame)
        if isinstance(value, ModuleValue):
            return self.module_name(value.file, name)
        if isinstance(value, Class):
            return self._class_attribute(value, name)
        if isinstance(value, Super):
            return self._super_attribute(value, name, node, frame)
        if isinstance(value, OneOf):
            return union(
                [self.get_attribute(v, name, node, frame) for v in value.options], value.chosen
            )
        if isinstance(value, Pair):
            if name in ("init", "apply"):
                return self.pair_function(value, name, node, frame)
            return UNKNOWN
        if isinstance(value, Transformed):
            return self.transformed_attribute(value, name, node, frame)
        if isinstance(value, Partial) and name == "func":
            return value.function
        if isinstance(value, MultiPart) and name not in TUPLE_ATTRIBUTES:
            self.misused(value, node, frame, f"its attribute {name!r} is read")
            return UNKNOWN
        if isinstance(value, DictObject):
            return self.dict_attribute(value, name, node, frame)
        if isinstance(value, (Sequence, Mapping)):
            return self.container_method(value, name)
        return derived(value)

    def _instance_attribute(self, value: Instance, name: str, node: ast.AST, frame: Frame) -> Value:
        if name in value.attrs:
            found = value.attrs[name]
            if isinstance(found, Const) and name in self.mutated_attributes(value):
                return UNKNOWN
            return found
        if value.cls is not None:
            hit = self.lookup_class(value.cls, name)
            if isinstance(hit, Const) and name in self.mutated_attributes(value):
                return UNKNOWN
            if hit is not None:
                return self.bind(hit, value, node, frame)
            if name == "__class__":
                return value.cls
            library = self.haiku_base(value.cls)
        else:
            library = value.symbol
        if library is not None:
            if name == "__call__" or name in library.methods:
                return LibraryMethod(library, name, value)
            if name in library.properties:
                method = LibraryMethod(library, name, value)
                expression = node if isinstance(node, ast.expr) else ast.Constant(None)
                return self.call_library_method(method, self.no_args(), expression, frame)
            given = self.constructor_argument(value, name)
            return given if given is not None else UNKNOWN
        return self.record_method(value, name)

    def bind(self, found: Value, receiver: Value, node: ast.AST, frame: Frame) -> Value:
        """A class attribute as it is read from an instance."""
        if isinstance(found, Property):
            expression = node if isinstance(node, ast.expr) else ast.Constant(None)
            return self.call_value(Bound(found.getter, receiver), self.no_args(), expression, frame)
        if isinstance(found, Function):
            if found.kind == "static":
                return found
            if found.kind == "class" and isinstance(receiver, Instance) and receiver.cls:
                return Bound(found, receiver.cls)
            return Bound(found, receiver)
        if isinstance(found, (Transformed, LiftedFunction)):
            return Bound(found, receiver)
        if isinstance(found, Const) and isinstance(receiver, Instance):
            return found
        return found

    def lookup_class(self, cls: Class, name: str) -> Value | None:
        """The attribute in the project classes of the MRO; None if only a library could have it."""
        for base in cls.mro:
            if isinstance(base, Class) and name in base.attrs:
                return base.attrs[name]
        return None

    def haiku_base(self, cls: Class) -> catalog.Symbol | None:
        """The first library class in the MRO that the catalog knows as a module."""
        if id(cls) in self.haiku_bases:
            return self.haiku_bases[id(cls)]
        found = None
        for base in cls.mro:
            if isinstance(base, Symbol):
                symbol = catalog.symbol(base.name)
                if symbol is not None and symbol.kind in ("module", "wrapper"):
                    found = symbol
                    break
        self.haiku_bases[id(cls)] = found
        return found

    def is_module(self, value: Value) -> bool:
        """Whether the value is a Haiku module (or a class of them)."""
        if isinstance(value, Instance):
            if value.cls is None:
                return value.symbol is not None
            value = value.cls
        if isinstance(value, Class):
            return self.haiku_base(value) is not None
        return False

    def has_unknown_base(self, cls: Class) -> bool:
        """Whether some base of the class could not be resolved or is a foreign library's."""
        for base in cls.mro:
            if isinstance(base, Unknown):
                return True
            if isinstance(base, Symbol) and not base.name.startswith(
                ("builtins.", "typing.", "abc.")
            ):
                symbol = catalog.symbol(base.name)
                if symbol is None:
                    return True
        return False

    def _class_attribute(self, value: Class, name: str) -> Value:
        found = self.lookup_class(value, name)
        if found is None:
            return Const(value.name) if name == "__name__" else self.record_maker(value, name)
        if isinstance(found, Function) and found.kind == "class":
            return Bound(found, value)
        return found

    def _super_attribute(self, value: Super, name: str, node: ast.AST, frame: Frame) -> Value:
        receiver = value.receiver
        if isinstance(receiver, DictObject):
            return self.dict_super(receiver, value.cls, name, node, frame)
        start = receiver.cls if isinstance(receiver, Instance) and receiver.cls else value.cls
        mro = start.mro
        after = mro[mro.index(value.cls) + 1 :] if value.cls in mro else value.cls.mro[1:]
        for base in after:
            if isinstance(base, Class) and name in base.attrs:
                return self.bind(base.attrs[name], receiver, node, frame)
            if isinstance(base, Symbol):
                if isinstance(receiver, LinenModule):
                    layer = self.linen_symbol(base.name)
                    known = layer is not None and (
                        name in ("__call__", "__post_init__")
                        or self.linen_method(layer, name) is not None
                    )
                    return LinenMethod(layer, name, receiver) if known and layer else UNKNOWN
                symbol = catalog.symbol(base.name)
                if symbol is not None and isinstance(receiver, Instance):
                    if name == "__call__" or name in symbol.methods:
                        return LibraryMethod(symbol, name, receiver)
                    if name == "__init__":
                        return LibraryMethod(symbol, "__init__", receiver)
        return UNKNOWN

    def set_attribute(
        self,
        target: Value,
        name: str,
        value: Value,
        frame: Frame,
        source: ast.expr | None,
        place: ast.expr | None = None,
    ) -> None:
        """`target.name = value`. Under an undecided branch the old value stays possible."""
        for owner in options(target):
            if isinstance(owner, Variable):
                written_at = place or source
                if name == "value" and written_at is not None:
                    self.write_variable(owner, value, written_at, frame)
                continue
            if isinstance(owner, LinenModule):
                self.set_linen_attribute(owner, name, value, frame, place)
            if isinstance(owner, Instance):
                attrs = owner.attrs
                owner.version += 1
                if source is not None and self.is_passed(source, frame):
                    owner.passed[name] = frame
            elif isinstance(owner, Class):
                attrs = owner.attrs
            else:
                if isinstance(owner, DictObject):
                    self.set_dict_attribute(owner, name, value)
                continue
            if self.flow.conditional and name in attrs:
                attrs[name] = union([attrs[name], value])
            else:
                attrs[name] = value

    def mutated_attributes(self, instance: Instance) -> frozenset[str]:
        """Names of attributes that may have changed: by methods, by anyone if it is global."""
        file = instance.cls.file if instance.cls is not None else self.file
        return file.attribute_writes if instance.shared else file.self_writes
