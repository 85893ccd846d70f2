"""The entries of an analysis: the module body, then every function that nothing has reached."""

from __future__ import annotations

import ast

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.frames import Flow, Frame
from jaxlint.analysis.interpreter import Interpreter
from jaxlint.analysis.module import ModuleFile
from jaxlint.analysis.observations import RootRun
from jaxlint.analysis.values import (
    Bound,
    Class,
    Function,
    Pair,
    Property,
    Transformed,
    Value,
)


def run_entries(interpreter: Interpreter, file: ModuleFile) -> None:
    """Evaluate the module body, then whatever nothing has reached yet."""
    frame = Frame(file, file.env)
    file.env.frame = None
    interpreter.execute_block(file.tree.body, frame)
    _run_pairs(interpreter)
    for cls in list(interpreter.module_classes):
        if cls.file is file:
            _run_methods(interpreter, cls)
    # A function whose name stands elsewhere may be called from there: it comes last.
    waiting = [f for f in interpreter.defined if not isinstance(f.node, ast.Lambda)]
    waiting.sort(key=lambda f: file.source.count(f.name) > 1)
    for function in waiting:
        if id(function.node) not in interpreter.reached:
            _run_function(interpreter, function)
    interpreter.entry = None
    _run_pairs(interpreter)
    interpreter.run_deferred()
    _run_pairs(interpreter)


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


def _run_methods(interpreter: Interpreter, cls: Class) -> None:
    """Call every method of a class on a stand-in for self, public ones first."""
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
        if reached and (name in own or (not cls.subclasses and not _overrides(cls))):
            if name in own or name.startswith("_"):
                continue
        if not function.file.linted:
            continue
        instance = interpreter.stand_in(cls)
        context = "inside" if interpreter.is_module(instance) else "unknown"
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
