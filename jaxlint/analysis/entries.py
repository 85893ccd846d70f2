"""The entries of an analysis: the module body, then every function that nothing has reached."""

from __future__ import annotations

import ast
from collections.abc import Callable

from jaxlint.analysis.arguments import PASSABLE, Args
from jaxlint.analysis.frames import Flow, Frame
from jaxlint.analysis.interpreter import Interpreter
from jaxlint.analysis.module import ModuleFile
from jaxlint.analysis.observations import RootRun
from jaxlint.analysis.transformed import (
    Pair,
    Transformed,
)
from jaxlint.analysis.values import (
    Bound,
    Class,
    Function,
    Property,
    Symbol,
    Unknown,
    Value,
    union,
)

TEST_CASES = frozenset(
    {
        "unittest.TestCase",
        "absl.testing.absltest.TestCase",
        "absl.testing.parameterized.TestCase",
        "chex.TestCase",
        "tensorflow.test.TestCase",
    }
)


def run_entries(interpreter: Interpreter, file: ModuleFile) -> None:
    """Evaluate the module body, then whatever nothing has reached yet."""
    frame = Frame(file, file.env)
    file.env.frame = None
    interpreter.execute_block(file.tree.body, frame)
    _run_pairs(interpreter)
    classes = [c for c in interpreter.module_classes if c.file is file]
    entered = {cls: _run_methods(interpreter, cls) for cls in classes}
    _run_functions(interpreter, lambda f: file.source.count(f.name) == 1)
    _run_functions(interpreter, lambda f: True)
    _run_pairs(interpreter)
    for cls, names in entered.items():
        if _fill_in(interpreter, cls):
            _run_methods(interpreter, cls, names)
    interpreter.entry = None
    _run_pairs(interpreter)
    interpreter.run_deferred()
    _run_pairs(interpreter)


def _run_functions(interpreter: Interpreter, wanted: Callable[[Function], bool]) -> None:
    """Evaluate functions that nothing has reached. One that is named elsewhere may be called from
    there: it comes after all the others."""
    for function in interpreter.defined:
        if function.owner is None and wanted(function):
            if id(function.node) not in interpreter.reached:
                _run_function(interpreter, function)


def _fill_in(interpreter: Interpreter, cls: Class) -> bool:
    """Give the stand-in for self what objects built in the file hold, where it is unknown.

    True if it has learnt something that may be called.
    """
    stand_in = interpreter.stand_in(cls)
    learnt = False
    for name, value in stand_in.attrs.items():
        if not isinstance(value, Unknown):
            continue
        held = [b.attrs[name] for b in interpreter.built if b.cls is cls and name in b.attrs]
        known = [v for v in held if isinstance(v, PASSABLE)]
        if known:
            stand_in.attrs[name] = union([value, *known])
            stand_in.version += 1
            learnt = True
    return learnt


def _run_pairs(interpreter: Interpreter) -> None:
    """Look at every transformed function as its init and apply will run it."""
    seen: set[int] = set()
    while interpreter.deferred_pairs:
        pair, frame = interpreter.deferred_pairs.pop(0)
        if id(pair) in seen:
            continue
        seen.add(id(pair))
        _run_pair(interpreter, pair, frame)


def _run_pair(interpreter: Interpreter, pair: Pair, frame: Frame) -> None:
    if pair.meant_to_fail:
        return
    interpreter.flow = Flow("inside")
    effects = interpreter.run_root_body(pair.function, frame, pair.node, pair.multi)
    interpreter.observe(
        RootRun(
            pair.node,
            pair.file,
            frame,
            pair=pair,
            which="",
            effects=effects,
            rng=None,
            generic=True,
            callee=interpreter.name_of(pair.function, frame),
        )
    )


def _run_methods(interpreter: Interpreter, cls: Class, again: list[str] | None = None) -> list[str]:
    """Call every method of a class on a stand-in for self, public ones first.

    Returns the names of those that nothing else had reached. again: call these, reached or not.
    """
    entered: list[str] = []
    if any(isinstance(b, Class) for b in cls.mro[1:]):
        names = [n for b in cls.mro if isinstance(b, Class) for n in b.attrs]
    else:
        names = list(cls.attrs)
    names = list(dict.fromkeys(names))
    names.sort(key=lambda n: (n != "__call__", n.startswith("_")))
    own = set(cls.attrs)
    for name in names:
        value = interpreter.lookup_class(cls, name)
        function = _underlying(value)
        if function is None or name in ("__init__", "__new__", "__post_init__"):
            continue
        reached = id(function.node) in interpreter.reached
        if reached and again is None:
            inherited_anew = name not in own and (cls.subclasses or _overrides(cls))
            if name in own or (name.startswith("_") and not inherited_anew):
                continue
        here = function.file.linted or name in own or name == "__call__"
        if not here or (again is not None and name not in again):
            continue
        entered.append(name)
        instance = interpreter.stand_in(cls)
        context = "inside" if interpreter.is_module(instance) else "unknown"
        if isinstance(value, Function) and name.startswith("test") and _is_test_case(cls):
            decorated = getattr(function.node, "decorator_list", None)
            context = context if decorated else "outside"
        interpreter.flow = Flow(context)
        target: Value = Bound(value, instance) if value is not None else instance
        if isinstance(value, Property):
            target = Bound(value.getter, instance)
        elif isinstance(value, Function) and value.kind != "plain":
            target = value if value.kind == "static" else Bound(value, cls)
        frame = Frame(cls.file, function.scope)
        interpreter.entry = function
        args = Args([], open=True, open_keywords=True)
        interpreter.call_value(target, args, _entry_node(function), frame)
    return entered


def _is_test_case(cls: Class) -> bool:
    """Whether a test runner calls the class's methods whose names start with `test`."""
    return any(isinstance(b, Symbol) and b.name in TEST_CASES for b in cls.mro)


def _overrides(cls: Class) -> bool:
    """Whether the class gives a new meaning to a name of a base."""
    return any(
        name in base.attrs
        for base in cls.mro[1:]
        if isinstance(base, Class)
        for name in cls.attrs
        if not name.startswith("__") or name == "__call__"
    )


def _underlying(value: Value | None) -> Function | None:
    """The function that a class attribute runs."""
    while True:
        if isinstance(value, Function):
            return value
        if isinstance(value, Property):
            value = value.getter
        elif isinstance(value, Transformed):
            value = value.callee
        else:
            return None


def _run_function(interpreter: Interpreter, function: Function) -> None:
    interpreter.flow = Flow("unknown")
    interpreter.entry = function
    frame = Frame(function.file, function.scope)
    args = Args([], open=True, open_keywords=True)
    receiver = None
    if function.owner is not None and function.kind == "plain":
        receiver = interpreter.stand_in(function.owner)
        if interpreter.is_module(receiver):
            interpreter.flow = Flow("inside")
    interpreter.call_function(function, args, _entry_node(function), frame, receiver)


def _entry_node(function: Function) -> ast.expr:
    """A node at the function's place, to stand for the call that nobody has written."""
    return ast.copy_location(ast.Name(function.name, ast.Load()), function.node)
