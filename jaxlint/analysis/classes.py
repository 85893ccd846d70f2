"""Classes: construction, overriding, dataclass fields, and a stand-in object for `self`."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import CONSTRUCT, Effect, Step
from jaxlint.analysis.frames import Env, Flow, Frame
from jaxlint.analysis.linen_values import LinenModule
from jaxlint.analysis.observations import OutsideEffect
from jaxlint.analysis.values import (
    UNKNOWN,
    Class,
    Const,
    Function,
    Instance,
    LibraryMethod,
    Mapping,
    Sequence,
    Symbol,
    Unknown,
    Value,
    now,
)

if TYPE_CHECKING:
    pass

DATACLASS = frozenset({"dataclasses.dataclass", "chex.dataclass", "flax.struct.dataclass"})
DATACLASS_BASES = frozenset({"typing.NamedTuple"})


class Classes(Core):
    """Part of the Interpreter: what happens when a class of the project is called."""

    def class_of_base(self, base: Value) -> Value:
        """A base expression as it enters the MRO; generics stand for their class."""
        return base if isinstance(base, (Class, Symbol)) else UNKNOWN

    def decorate_class(self, node: ast.ClassDef, cls: Class, frame: Frame) -> Value:
        """The value of a class statement with its decorators (an unknown one keeps the class)."""
        for decorator in reversed(node.decorator_list):
            expression = decorator.func if isinstance(decorator, ast.Call) else decorator
            made = self.evaluate(expression, frame)
            if isinstance(made, Symbol):
                cls.dataclass = cls.dataclass or made.name in DATACLASS
                continue
            # The project's own decorator, such as one that registers the class.
            if expression is not decorator:
                made = self.evaluate(decorator, frame)
            if self.is_known_callable(made):
                self.call_value(made, Args([cls]), expression, frame)
        return cls

    def module_identity(self, node: ast.AST, frame: Frame) -> Hashable:
        """What tells the parameters of a module built at `node` from those of others."""
        modules = self.flow.modules
        if not modules:
            return None
        count = frame.built[id(node)] = frame.built.get(id(node), 0) + 1
        return (modules[-1].identity, id(node), count)

    def new_instance(
        self,
        cls: Class | None,
        library: catalog.Symbol | None,
        node: ast.AST,
        frame: Frame,
    ) -> Instance:
        """An object built here and now."""
        flow = self.flow
        instance = Instance(cls, library, node, self.module_identity(node, frame))
        instance.root = flow.root
        instance.shared = frame.function is None
        self.built.append(instance)
        if flow.modules:
            instance.births = ((now(), flow.began[-1]), *flow.modules[-1].births)
        return instance

    def is_unusable(self, instance: Instance, node: ast.AST, frame: Frame) -> bool:
        """Whether calling the module cannot work: built outside every root, or escaped from one.

        An escape is observed; what was built outside was reported where it was built.
        """
        if id(instance) in self.built_outside:
            if self.flow.context == "outside" or self.running_in() == "linen":
                return True
        root = instance.root
        if root is None or not root.finished or self.flow.context == "inside":
            return False
        if root.frame not in frame.ancestors() or not self.is_module(instance):
            return False
        step = Step(node, frame.file, "calls a module that escaped its transform")
        effect = Effect(CONSTRUCT, None, (step, None), name="escaped")
        self.observe(
            OutsideEffect(
                node,
                frame.file,
                frame,
                effect=effect,
                steps=[step],
                functions=[frame.function],
                rooted=self.rooted,
            )
        )
        return True

    def construct(self, cls: Class, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`cls(*args)`: a new instance, its constructor run."""
        if self.linen_base(cls) is not None:
            return self.construct_linen(cls, args, node, frame)
        made = self.make_dict(cls, args, node, frame)
        if made is not None:
            return made
        instance = self.new_instance(cls, None, node, frame)
        if self.is_module(instance):
            self.construct_effect(node, frame, f"constructs {cls.name}")
            if self.flow.context == "outside" or self.running_in() == "linen":
                # Reported once: what the constructor and the calls would do is not news.
                self.built_outside.add(id(instance))
                self.flow.quiet += 1
                try:
                    self.run_constructor(instance, cls, args, node, frame)
                finally:
                    self.flow.quiet -= 1
                self.kept.append(instance)
                return instance
        new = self.lookup_class(cls, "__new__")
        if isinstance(new, Function):
            instance.opaque = True
        self.run_constructor(instance, cls, args, node, frame)
        return instance

    def run_constructor(
        self, instance: Instance, cls: Class, args: Args, node: ast.expr, frame: Frame
    ) -> None:
        """Run `__init__`, or fill in the fields of a dataclass, or keep a library's arguments."""
        init = self.lookup_class(cls, "__init__")
        if isinstance(init, Function):
            self.call_function(init, args, node, frame, instance)
        elif cls.dataclass:
            self.fill_fields(instance, cls, args, node, frame)
            post = self.lookup_class(cls, "__post_init__")
            if isinstance(post, Function):
                self.call_function(post, Args([]), node, frame, instance)
        else:
            library = self.haiku_base(cls)
            if library is not None:
                self.keep_constructor(instance, library, args)

    def keep_constructor(self, instance: Instance, library: catalog.Symbol, args: Args) -> None:
        """Remember the arguments of a library module's constructor by name."""
        for index, name in enumerate(library.constructor):
            value = args.get(index, name)
            if value is not None:
                instance.attrs[f"<{name}>"] = value
        for name, value in args.keywords.items():
            instance.attrs[f"<{name}>"] = value
        if args.open or args.open_keywords:
            instance.opaque = True

    def constructor_argument(self, instance: Instance, name: str) -> Value | None:
        """An argument that a library module was constructed with."""
        return instance.attrs.get(f"<{name}>")

    def dataclass_fields(self, cls: Class) -> dict[str, ast.AnnAssign]:
        """The annotated fields of a dataclass, bases first."""
        found: dict[str, ast.AnnAssign] = {}
        for base in reversed(cls.mro):
            if not isinstance(base, Class):
                continue
            for statement in base.node.body:
                if not isinstance(statement, ast.AnnAssign):
                    continue
                target = statement.target
                if isinstance(target, ast.Name) and not _is_class_variable(statement):
                    found[target.id] = statement
        return found

    def fill_fields(
        self, instance: Instance, cls: Class, args: Args, node: ast.expr, frame: Frame
    ) -> None:
        """The fields of a dataclass, from the arguments and the defaults."""
        for index, (name, statement) in enumerate(self.dataclass_fields(cls).items()):
            value = args.get(index, name)
            if value is None and (args.open or args.open_keywords):
                pass  # somebody's object: its fields need not hold their defaults
            elif value is None and isinstance(statement.value, ast.Call):
                value = self._field_default(statement.value, cls, frame)
            elif value is None and statement.value is not None:
                value = self.lookup_class(cls, name)
                value = None if isinstance(value, Unknown) else value
            elif isinstance(value, Unknown):
                value = None
            if value is None:
                value = self.annotation_value(statement.annotation, cls, UNKNOWN)
            instance.attrs[name] = value

    def _field_default(self, node: ast.Call, cls: Class, frame: Frame) -> Value | None:
        inner = Frame(cls.file, cls.file.env)
        function = self.evaluate(node.func, inner)
        if isinstance(function, Symbol) and function.name == "dataclasses.field":
            for keyword in node.keywords:
                if keyword.arg == "default":
                    return self.evaluate(keyword.value, inner)
                if keyword.arg == "default_factory":
                    made = self.evaluate(keyword.value, inner)
                    return self.call_value(made, Args([]), node, frame)
            return None
        target = next((n for n, f in self.dataclass_fields(cls).items() if f.value is node), None)
        return self.lookup_class(cls, target) if target is not None else None

    def call_instance(self, instance: Instance, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`instance(*args)`."""
        if instance.cls is not None:
            method = self.lookup_class(instance.cls, "__call__")
            if method is not None:
                bound = self.bind(method, instance, node, frame)
                return self.call_value(bound, args, node, frame)
            library = self.haiku_base(instance.cls)
        else:
            library = instance.symbol
        if library is None:
            return self.unknown_call(args.values)
        method = LibraryMethod(library, "__call__", instance)
        return self.call_library_method(method, args, node, frame)

    # -- abstract methods -----------------------------------------------------------------------

    def overriding(self, function: Function, receiver: Instance) -> list[tuple[Function, Instance]]:
        """For an abstract method: what the project's subclasses make of it, each with a self."""
        if receiver.cls is None or not is_abstract(function):
            return []
        found: list[tuple[Function, Instance]] = []
        for cls in self.subclasses(receiver.cls):
            method = self.lookup_class(cls, function.name)
            if isinstance(method, Function) and not is_abstract(method):
                found.append((method, self.stand_in(cls)))
        return found[:6]

    def subclasses(self, cls: Class) -> list[Class]:
        """The subclasses of `cls` in this file and in the rest of the project."""
        key = (cls.file.path, cls.name)
        if key not in self.searched_subclasses:
            self.searched_subclasses.add(key)
            pattern = rf"class\s+\w+\s*\([^)]*\b{re.escape(cls.name)}\b"
            for path in self.project.matching(cls.file.path, cls.name, pattern)[:40]:
                self._evaluate_classes(path, cls)
        return list(dict.fromkeys(cls.subclasses))

    def _evaluate_classes(self, path: str, base: Class) -> None:
        """Evaluate the classes of another file that may derive from `base`."""
        if path in self.files and self.files[path].linted:
            return
        name, is_package = self.project.name_of(path)
        opened = self.open_module((path, is_package), name)
        if opened is None:
            return
        for statement in opened.file.tree.body:
            if isinstance(statement, ast.ClassDef) and statement.bases:
                self.module_name(opened.file, statement.name)

    def stand_in(self, cls: Class) -> Instance:
        """An object of `cls` as some caller may have made it, its constructor run once."""
        known = self.stand_ins.get(id(cls))
        if known is not None:
            return known
        is_linen = self.linen_base(cls) is not None
        instance = LinenModule(cls, None, cls.node) if is_linen else Instance(cls, None, cls.node)
        self.built.append(instance)
        self.stand_ins[id(cls)] = instance
        outer = self.flow
        frame = Frame(cls.file, cls.file.env)
        self.flow = Flow("inside" if is_linen or self.is_module(instance) else "unknown")
        self.flow.quiet = outer.quiet + (0 if cls.file.linted else 1)
        try:
            node = ast.copy_location(ast.Name(cls.name, ast.Load()), cls.node)
            args = Args([], open=True, open_keywords=True)
            self.run_constructor(instance, cls, args, node, frame)
        finally:
            self.flow = outer
        changed = self.mutated_attributes(instance)
        for name, value in instance.attrs.items():
            if name in changed and isinstance(value, Mapping) and not value.values():
                instance.attrs[name] = UNKNOWN  # another method fills it
        # It stands for an object that was there before: so do the modules that it holds.
        for part in (instance, *instance.attrs.values()):
            for held in part.items if isinstance(part, Sequence) else [part]:
                if isinstance(held, Instance):
                    held.births = ()
        return instance

    # -- annotations ------------------------------------------------------------------------------

    def annotation_value(
        self, annotation: ast.expr, owner: Function | Class, value: Value
    ) -> Value:
        """What an annotation tells of an otherwise unknown value: an object of a project class."""
        scope = owner.scope if isinstance(owner, Function) else owner.file.env
        key = (id(annotation), id(scope))
        if key not in self.annotated_as:
            self.annotated_as[key] = self._annotated_value(annotation, owner, scope)
        return self.annotated_as[key] or value

    def _annotated_value(
        self, annotation: ast.expr, owner: Function | Class, scope: Env
    ) -> Value | None:
        node: ast.expr = annotation
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError):
                return None
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        made = self.evaluate(node, Frame(owner.file, scope))
        if isinstance(made, Class) and self.is_module(made) and not self._is_abstract_class(made):
            return self.stand_in(made)
        if isinstance(made, Class) and made.dataclass:
            return self.stand_in(made)
        if isinstance(made, Symbol):
            symbol = catalog.symbol(made.name)
            if symbol is not None and symbol.kind == "module" and symbol.effects:
                return Instance(None, symbol, node)
        return None

    def _is_abstract_class(self, cls: Class) -> bool:
        call = self.lookup_class(cls, "__call__")
        return isinstance(call, Function) and is_abstract(call)


def _is_class_variable(statement: ast.AnnAssign) -> bool:
    return "ClassVar" in ast.dump(statement.annotation)


def is_abstract(function: Function) -> bool:
    """Whether the method is a declaration: abstract, or raising NotImplementedError, or empty."""
    node = function.node
    if isinstance(node, ast.Lambda):
        return False
    for decorator in node.decorator_list:
        name = decorator.attr if isinstance(decorator, ast.Attribute) else None
        name = decorator.id if isinstance(decorator, ast.Name) else name
        if name in ("abstractmethod", "abstractproperty"):
            return True
    body = node.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    if not body:
        return True
    last = body[0]
    if isinstance(last, ast.Raise) and last.exc is not None:
        raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(last, ast.Pass)


__all__ = ["Classes", "Const", "Mapping", "Sequence", "is_abstract"]
