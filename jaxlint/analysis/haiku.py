"""Haiku's own symbols: effects, library modules, wrappers, contexts."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from typing import TYPE_CHECKING

from jaxlint.analysis.arguments import Args
from jaxlint.analysis.core import Core
from jaxlint.analysis.effects import (
    PARAM,
    RNG,
    STATE_CREATE,
    STATE_READ,
    STATE_WRITE,
    Births,
    Effect,
    Step,
)
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.values import (
    ARRAY,
    NONE,
    OWN_KEY,
    OWN_KEY_OR_NONE,
    RUNNING_INIT,
    TRACED_ARRAY,
    UNKNOWN,
    Bound,
    Const,
    Function,
    Instance,
    LibraryMethod,
    Partial,
    Sequence,
    Symbol,
    Value,
    derived,
    is_own_key,
    key_value,
    options,
)

if TYPE_CHECKING:
    from jaxlint import catalog
    from jaxlint.catalog import SymbolEffect

INITIALIZERS = (Function, Bound, Partial)
INITIALIZER = "haiku.initializer()"
"""A built initialiser that draws a key when it is called."""
STATE_INDEPENDENT = frozenset({"haiku.set_state"})


class HaikuCalls(Core):
    """Part of the Interpreter: what a call of a Haiku symbol does."""

    def call_catalog(
        self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call a symbol that the catalog knows."""
        kind = symbol.kind
        if kind == "module":
            return self.build_library_module(symbol, args, node, frame)
        if kind == "effect":
            return self._effect(symbol, args, node, frame)
        if kind == "lifted":
            return self.call_lifted(symbol, args, node, frame)
        if kind == "root" and symbol.traits.get("flax"):
            return self.wrap_haiku(symbol, args, node, frame)
        if kind == "root":
            return self.make_pair(symbol.name, args, node, frame)
        if kind == "root-adapter":
            return self.adapt_pair(symbol, args, node, frame)
        if kind in ("lift", "flax-lift"):
            return self.make_lift(symbol, args, node, frame)
        if kind == "wrapper":
            return self._wrapper(symbol, args, node, frame)
        if kind == "guard":
            return RUNNING_INIT
        if kind == "context":
            if symbol.name == "haiku.with_rng":
                # Entered here or through an ExitStack: keys are scoped until the function ends,
                # or the `with` statement that this is part of.
                self.flow.rng_scoped += 1
            return Symbol(f"{symbol.name}()")
        if kind == "inline":
            return self._inline(symbol, args, node, frame)
        if kind == "initializer":
            return Symbol(INITIALIZER) if symbol.draws_at_init else UNKNOWN
        if kind == "decorator":
            return Symbol("jaxlint.identity")
        if kind == "rng-sequence":
            own = is_own_key(args.get(0, symbol.constructor[0]))
            return Sequence("list", [key_value(args.traced, own)], True)
        return self.unknown_call(args.values)

    # -- effects ----------------------------------------------------------------------------------

    def _effect(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        given = {
            name: value
            for index, name in enumerate(symbol.arguments)
            if (value := args.get(index, name)) is not None
        }
        if symbol.name == "haiku.reserve_rng_keys":
            self.flow.reserved = True
        subject = self._subject(given.get("name"))
        existed = (PARAM, subject) in self.flow.existing
        initializer = given.get("init")
        for effect in symbol.effects:
            if effect.kind == "rng-at-init":
                if not _draws(initializer):
                    continue
            elif effect.when is not None and effect.when not in given and not args.open_keywords:
                continue
            self._record_symbol(symbol, effect, subject, existed, node, frame, given)
        if not existed:
            self._run_initializer(symbol, initializer, subject, node, frame)
        if symbol.name == "haiku.next_rng_key":
            return OWN_KEY
        if symbol.name == "haiku.maybe_next_rng_key":
            return OWN_KEY_OR_NONE
        if symbol.name == "haiku.next_rng_keys":
            return Sequence("tuple", [OWN_KEY], True)
        if symbol.name == "haiku.get_parameter":
            return ARRAY
        return NONE if symbol.name in STATE_INDEPENDENT else UNKNOWN

    def _run_initializer(
        self,
        symbol: catalog.Symbol,
        initializer: Value | None,
        subject: Hashable,
        node: ast.expr,
        frame: Frame,
    ) -> None:
        """What creating a parameter or state does besides: its initialiser may draw a key."""
        if isinstance(initializer, INITIALIZERS) and self.flow.phase != "apply":
            phase, self.flow.phase = self.flow.phase, "init"
            try:
                self.call_value(initializer, Args([UNKNOWN, UNKNOWN]), node, frame)
            finally:
                self.flow.phase = phase
        elif symbol.name == "haiku.get_state" and _draws(initializer):
            step = Step(node, frame.file, "its initialiser draws a key")
            self.record(frame, Effect(RNG, subject, (step, None), at_init=True, name=symbol.name))

    def _subject(self, name: Value | None) -> Hashable:
        """What a named parameter or state is told by: its module and its name."""
        if not isinstance(name, Const):
            return None
        modules = self.flow.modules
        return (modules[-1].identity if modules else "root", name.value)

    def _record_symbol(
        self,
        symbol: catalog.Symbol,
        effect: SymbolEffect,
        subject: Hashable,
        existed: bool,
        node: ast.expr,
        frame: Frame,
        given: dict[str, Value],
    ) -> None:
        kind = KINDS.get(effect.kind)
        if kind is None:
            return
        value = given.get("value")
        written = value if value is not None else UNKNOWN
        step = Step(node, frame.file, _what(kind, symbol.name), self.passed_from(node, frame))
        at_init = effect.kind == "rng-at-init"
        self.record(
            frame,
            Effect(
                kind,
                subject if kind != RNG or at_init else None,
                (step, None),
                traced=kind == STATE_WRITE and written.traced,
                constant=kind == STATE_WRITE and isinstance(written, Const),
                optional=effect.optional,
                at_init=at_init,
                exists=at_init and existed,
                births=self._built_at(),
                name=symbol.name,
            ),
        )

    def _built_at(self) -> Births:
        """When the module whose method runs was built."""
        modules = self.flow.modules
        return modules[-1].births if modules else ()

    # -- library modules --------------------------------------------------------------------------

    def build_library_module(
        self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """`hk.Linear(3)`: an instance that remembers its arguments."""
        instance = self.new_instance(None, symbol, node, frame)
        self.keep_constructor(instance, symbol, args)
        self.construct_effect(node, frame, f"constructs {short(symbol.name)}")
        if self.flow.context == "outside" or self.running_in() == "linen":
            self.built_outside.add(id(instance))
            self.kept.append(instance)
        return instance

    def call_library_method(
        self, method: LibraryMethod, args: Args, node: ast.expr, frame: Frame
    ) -> Value:
        """Call a method of a library module: `__call__` or one of its extra methods."""
        symbol, receiver = method.symbol, method.receiver
        if self.is_unusable(receiver, node, frame):
            return derived(*args.values)
        if method.method == "__init__":
            self.keep_constructor(receiver, symbol, args)
            return NONE
        if method.method != "__call__":
            kinds = symbol.methods.get(method.method) or symbol.properties.get(method.method, ())
            for kind in kinds:
                known = KINDS.get(kind)
                if known is not None:
                    self._module_effect(receiver, symbol, known, args, node, frame, kind)
            return derived(*args.values)
        for name in symbol.contains:
            contained = self.constructor_argument(receiver, name)
            if contained is not None:
                self._call_contained(contained, args, node, frame)
        existed = (PARAM, (receiver.identity, symbol.name)) in self.flow.existing
        for effect in symbol.effects:
            module_effect = KINDS.get(effect.kind)
            if module_effect is None:
                continue
            holds = self._condition(effect, symbol, receiver, args)
            if holds is False:
                continue
            if effect.kind == "rng-at-init" and not self._random_default(symbol, receiver):
                continue
            if effect.kind == "param" and not existed:
                for given in symbol.initializers:
                    initializer = self.constructor_argument(receiver, given)
                    self._run_initializer(symbol, initializer, None, node, frame)
            if holds is None:
                self.flow.conditional += 1
            try:
                self._module_effect(
                    receiver, symbol, module_effect, args, node, frame, effect.kind, existed
                )
            finally:
                if holds is None:
                    self.flow.conditional -= 1
        if symbol.returns == "array":
            return TRACED_ARRAY if args.traced else ARRAY
        return derived(*args.values)

    def _random_default(self, symbol: catalog.Symbol, receiver: Instance) -> bool:
        """Whether some initialiser of the module is random: a default, or one that was given."""
        if not symbol.initializers:
            return True
        for name, default in symbol.initializers.items():
            given = self.constructor_argument(receiver, name)
            if given is None or (isinstance(given, Const) and given.value is None):
                if default == "random":
                    return True
            elif _draws(given):
                return True
        return False

    def _module_effect(
        self,
        receiver: Instance,
        symbol: catalog.Symbol,
        kind: str,
        args: Args,
        node: ast.expr,
        frame: Frame,
        spelled: str,
        existed: bool = False,
    ) -> None:
        at_init = spelled == "rng-at-init"
        subject = (receiver.identity, symbol.name)
        what = f"calls {short(symbol.name)}, which {_WHAT.get(kind, kind)}"
        step = Step(node, frame.file, what, self.passed_from(node, frame))
        self.record(
            frame,
            Effect(
                kind,
                subject if kind != RNG or at_init else None,
                (step, None),
                traced=kind == STATE_WRITE and args.traced,
                at_init=at_init,
                # Initialisers draw no key for a parameter that exists already.
                exists=at_init and existed,
                births=receiver.births,
                name=symbol.name,
            ),
        )

    def _condition(
        self, effect: SymbolEffect, symbol: catalog.Symbol, receiver: Instance, args: Args
    ) -> bool | None:
        """Whether the effect happens under these arguments; None if that is not known."""
        if effect.when is None:
            return True
        value: Value | None
        if effect.argument == "constructor":
            value = self.constructor_argument(receiver, effect.when)
            unsure = receiver.opaque
        else:
            position = symbol.call.index(effect.when) if effect.when in symbol.call else None
            value = args.get(position, effect.when)
            unsure = args.open or args.open_keywords
        if value is None:
            if unsure or not effect.has_default:
                return None
            truth: bool | None = bool(effect.default)
        else:
            truth = self.truth(value)[0]
        if truth is None:
            return None
        holds = truth is not effect.negated
        if holds and effect.also is not None:
            also = self.constructor_argument(receiver, effect.also)
            if also is not None:
                return self.truth(also)[0]
        return holds

    def _call_contained(self, contained: Value, args: Args, node: ast.expr, frame: Frame) -> None:
        items = self.elements(contained)
        if items is None:
            items = contained.items if isinstance(contained, Sequence) else [contained]
        traced = derived(*args.values)
        first = True
        for item in items:
            given = args if first else Args([traced])
            for option in options(item):
                self.call_value(option, given, node, frame)
            first = False

    # -- wrappers -----------------------------------------------------------------------------

    def _wrapper(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        callee = args.get(0, symbol.callables[0].keyword if symbol.callables else "f")
        if callee is None:
            return UNKNOWN
        if symbol.name == "haiku.to_module":
            # A class: calling it (with a name) gives the module, calling that runs the function.
            return Partial(Symbol("jaxlint.constant"), [callee], {})
        return callee

    def _inline(self, symbol: catalog.Symbol, args: Args, node: ast.expr, frame: Frame) -> Value:
        for slot in symbol.callables:
            callee = args.get(slot.position, slot.keyword)
            if callee is not None:
                rest = [v for v in args.positional if v is not callee]
                self.call_value(callee, Args(rest), node, frame)
        return derived(*args.values)


KINDS = {
    "param": PARAM,
    "rng": RNG,
    "rng-at-init": RNG,
    "state-create": STATE_CREATE,
    "state-read": STATE_READ,
    "state-write": STATE_WRITE,
}
_WHAT = {
    PARAM: "creates parameters",
    RNG: "draws a key",
    STATE_CREATE: "creates state",
    STATE_READ: "reads state",
    STATE_WRITE: "writes state",
}


def _what(kind: str, name: str) -> str:
    verbs = {
        PARAM: "creates a parameter",
        RNG: "draws a key",
        STATE_CREATE: "creates state",
        STATE_READ: "reads state",
        STATE_WRITE: "writes state",
    }
    return f"{short(name)} {verbs.get(kind, kind)}"


def short(name: str) -> str:
    """A library name as people write it: `hk.Linear`."""
    return "hk" + name[5:] if name.startswith("haiku.") else name


def _draws(initializer: Value | None) -> bool:
    """Whether an initialiser is known to draw a key."""
    return isinstance(initializer, Symbol) and initializer.name == INITIALIZER
