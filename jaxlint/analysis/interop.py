"""Haiku and Flax together: each inside the other, with the wrapper between them or without it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from jaxlint import catalog
from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import PARAM, STATE, STATE_CREATE, STATE_WRITE, Effect
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.linen_values import (
    EVERYTHING,
    Collection,
    LiftedFlax,
    LinenModule,
    LinenRun,
)
from jaxlint.analysis.linen_values import Variables as LinenVariables
from jaxlint.analysis.observations import InteropUse
from jaxlint.analysis.transformed import Pair, Variables
from jaxlint.analysis.values import UNKNOWN, Mapping, Value, now

if TYPE_CHECKING:
    from jaxlint.analysis.transformed import PairFunction

LIFT = "haiku.experimental.flax.lift"
WRAPPER = "flax.from_haiku"
"""The name of an effect that a Haiku function has inside `hkflax.Module`."""
PARAMS = "params"
INTERMEDIATES = "intermediates"
STATE_COLLECTION = "state"
"""Where `hkflax.Module` keeps Haiku's state (haiku/_src/flax/haiku.py)."""


class Interop(Core):
    """Part of the Interpreter: `haiku.experimental.flax`, and what is mixed without it."""

    def running_in(self) -> str | None:
        """Whose code runs: "haiku" under its roots, "linen" in a module's method; None: neither."""
        flow = self.flow
        if flow.modules:
            return "linen" if isinstance(flow.modules[-1], LinenModule) else "haiku"
        if flow.linen is not None:
            return "linen"
        return "haiku" if flow.haiku else None

    # -- Haiku inside Flax ------------------------------------------------------------------------

    def wrap_haiku(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hkflax.Module(hk.transform(f))`, `hkflax.Module.create(hk.Linear, 3)`."""
        first = args.positional[0] if args.positional else UNKNOWN
        layer = catalog.linen("flax.linen.Module")
        module = LinenModule(None, layer, node)
        self.built.append(module)
        if symbol.traits.get("class"):
            if not self.is_known_callable(first):
                return UNKNOWN
            rest = Args(args.positional[1:], args.keywords, args.open, args.open_keywords)
            module.haiku = (first, rest)
        elif isinstance(first, Pair):
            module.haiku = (first.function, None)
            self.deferred_pairs = [(p, f) for p, f in self.deferred_pairs if p is not first]
        else:
            return UNKNOWN
        return module

    def call_wrapped_haiku(
        self, module: LinenModule, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Run the Haiku function: its effects become effects on the Linen module's scope."""
        assert module.haiku is not None
        function, constructor = module.haiku

        def run() -> Value:
            callee = function
            if constructor is not None:
                callee = self.call_value(function, constructor, node, frame)
            return self.call_value(callee, args, node, frame)

        value, effects = self.in_root(run, frame, frame)
        for effect in effects:
            if effect.kind not in (PARAM, *STATE):
                continue
            collection = PARAMS if effect.kind == PARAM else STATE_COLLECTION
            changes: dict[str, object] = {"collection": collection, "name": WRAPPER}
            if effect.kind == STATE_WRITE and effect.phase is None:
                if self.flow.phase == "init":
                    continue
                changes["phase"] = "apply"
            self.record(frame, effect.but(**changes))
        return value

    def check_wrapped_attribute(
        self, module: LinenModule, name: str, node: ast.AST, frame: Frame
    ) -> None:
        """A method of the Haiku module is asked for: the wrapper has `__call__` alone."""
        if module.haiku is None or name.startswith("__") or name in ("name", "parent", "scope"):
            return
        self._interop("other-method", node, frame, name, "AttributeError")

    def haiku_in_linen(self, node: ast.AST, frame: Frame, what: str) -> None:
        """Haiku is used in a Linen module without the wrapper.

        Under a Haiku root, as where the module is lifted, that works. A helper in between may be
        right elsewhere: the module's call of it is to blame.
        """
        if self.flow.haiku:
            return
        while not isinstance(frame.receiver, LinenModule):
            if frame.call is None or frame.caller is None:
                break
            node, frame = frame.call, frame.caller
        self._interop("haiku-in-linen", node, frame, what, "ValueError")

    def _interop(self, kind: str, node: ast.AST, frame: Frame, name: str, exception: str) -> None:
        flow = self.flow
        if flow.expected or flow.caught or not flow.is_certain:
            return
        self.observe(InteropUse(node, frame.file, frame, kind, name, exception))

    # -- Flax inside Haiku ------------------------------------------------------------------------

    def lift_flax(self, args: Args, node: ast.expr, frame: Frame) -> Value:
        """`hkflax.lift(nn.Dense(3), name="d")`: a Haiku version of the Linen module."""
        module = args.get(0, "mod")
        return LiftedFlax(module, node) if isinstance(module, LinenModule) else UNKNOWN

    def call_lifted_flax(
        self, value: LiftedFlax, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Run the Linen module: its variables become Haiku's parameters and state."""
        run = LinenRun("apply", value.module, node, EVERYTHING, None, None)
        target = self.running(value.module, "apply")
        result, effects = self.in_linen(run, frame, target, args, node)
        for effect in effects:
            if effect.kind not in (PARAM, *STATE) or effect.collection == INTERMEDIATES:
                continue
            changes: dict[str, object] = {"name": LIFT, "collection": "", "phase": None}
            if effect.sown:
                changes.update(kind=STATE_CREATE, sown=False)  # made at init, as any other
            self.record(frame, effect.but(births=((now(), 0),), **changes))
        return result

    def linen_in_haiku(
        self, module: LinenModule, node: ast.AST, frame: Frame, exception: str
    ) -> None:
        """A Linen module is called under a Haiku root, and nothing lifted it."""
        self._interop("linen-in-haiku", node, frame, module.name, exception)

    # -- parameters of the one for the other ------------------------------------------------------

    def check_given_to_linen(
        self, value: Value | None, module: LinenModule, node: ast.expr, frame: Frame
    ) -> None:
        """Haiku's parameters are given to a Linen apply."""
        bare = isinstance(value, Variables)
        inner = value.items.get(PARAMS) if isinstance(value, Mapping) else None
        if module.haiku is not None:
            # The wrapper takes Haiku's own structure below 'params' (dm-haiku 0.0.17, measured).
            if bare:
                self._interop("haiku-to-linen", node, frame, "hkflax.Module", "ValueError")
        elif bare or isinstance(inner, Variables):
            exception = "ScopeCollectionNotFound" if bare else "ScopeParamNotFoundError"
            self._interop("haiku-to-linen", node, frame, module.name, exception)

    def check_given_to_haiku(
        self,
        value: Value | None,
        function: PairFunction,
        effects: list[Effect],
        node: ast.expr,
        frame: Frame,
    ) -> None:
        """Linen's variables are given to a Haiku apply.

        The parameters of a wrapped function go back as they are if no module is in another one.
        """
        if isinstance(value, Collection):
            if value.model.haiku is not None and not any(map(_is_nested, effects)):
                return
        elif not isinstance(value, LinenVariables):
            return
        lifted = any(e.name == LIFT for e in effects)
        exception = "ScopeCollectionNotFound" if lifted else "ValueError"
        name = self.name_of(function.function, frame)
        self._interop("linen-to-haiku", node, frame, name, exception)


def _is_nested(effect: Effect) -> bool:
    """Whether it is the parameter of a module in another one: its name has a slash in it."""
    symbol = catalog.symbol(effect.name)
    has_parts = symbol is not None and symbol.traits.get("nested", False)
    return len(effect.births) > 1 or (effect.kind == PARAM and has_parts)
