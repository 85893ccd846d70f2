"""Records that code carries around: train states and other frozen dataclasses."""

from __future__ import annotations

import ast
from collections.abc import Callable

from jaxlint import catalog
from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import LinenModule
from jaxlint.analysis.values import (
    UNKNOWN,
    Class,
    Const,
    Instance,
    Partial,
    Symbol,
    Value,
)
from jaxlint.catalog.linen_types import LinenSymbol

REPLACE = "jaxlint.record.replace"
CREATE = "jaxlint.record.create"
COPIES = frozenset({"replace", "_replace", "apply_gradients"})
"""Methods that return the record with some fields changed."""
GRADIENTS = "grads"
"""The keyword of `apply_gradients` that is no field (flax/training/train_state.py)."""

Handler = Callable[[Args, ast.expr, Frame], Value]


class Records(Core):
    """Part of the Interpreter: `TrainState.create`, `state.replace`, `state.apply_gradients`."""

    def linen_symbol(self, name: str) -> LinenSymbol | None:
        """What the catalog knows of a Flax name."""
        return catalog.linen(name) if name.startswith("flax.") else None

    def linen_call(self, name: str) -> Handler | None:
        """What a call of a Flax name does; None if that is not known."""
        symbol = self.linen_symbol(name)
        if symbol is not None:
            known = symbol
            return lambda args, node, frame: self.call_linen_symbol(known, args, node, frame)
        head, _, last = name.rpartition(".")
        owner = self.linen_symbol(head)
        if owner is not None and owner.kind == "train-state" and last == "create":
            return lambda args, node, frame: self.make_record(None, args, node)
        return None

    def make_record(self, cls: Class | None, args: Args, node: ast.expr) -> Value:
        """`TrainState.create(apply_fn=..., params=...)`: an object with these fields."""
        made = Instance(cls, None, node)
        self.built.append(made)
        made.attrs.update(args.keywords)
        made.attrs["<record>"] = Const(True)
        made.opaque = args.open_keywords
        return made

    def record_maker(self, cls: Class, name: str) -> Value:
        """`create` of a project class that derives from TrainState."""
        return Partial(Symbol(CREATE), [cls], {}) if name == "create" and _state(cls) else UNKNOWN

    def record_method(self, instance: Instance, name: str) -> Value:
        """`replace` and `apply_gradients` of a record."""
        cls = instance.cls
        is_record = "<record>" in instance.attrs or (cls is not None and cls.dataclass)
        if name in COPIES and is_record:
            return Partial(Symbol(REPLACE), [instance], {})
        return UNKNOWN


def _state(cls: Class) -> bool:
    return any(
        isinstance(base, Symbol)
        and (found := catalog.linen(base.name)) is not None
        and found.kind == "train-state"
        for base in cls.mro
        if isinstance(base, Symbol) and base.name.startswith("flax.")
    )


def create(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    """`MyTrainState.create(...)`."""
    cls = args.positional[0] if args.positional else None
    return host.make_record(cls if isinstance(cls, Class) else None, args, node)


def replace(host: Core, args: Args, node: ast.expr, frame: Frame) -> Value:
    """`record.replace(**changes)`, `dataclasses.replace(record, **changes)`: a changed copy."""
    old = args.positional[0] if args.positional else UNKNOWN
    if isinstance(old, LinenModule):
        made: Instance = host.copy_of(old)
    elif isinstance(old, Instance):
        made = Instance(old.cls, old.symbol, node)
        host.built.append(made)
        made.attrs.update(old.attrs)
    else:
        return UNKNOWN
    if args.open_keywords:
        made.attrs = {k: UNKNOWN if isinstance(v, Const) else v for k, v in made.attrs.items()}
    made.attrs.update({k: v for k, v in args.keywords.items() if k != GRADIENTS})
    return made
