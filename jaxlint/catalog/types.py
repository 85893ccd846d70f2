"""The entries of the catalog as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Hazards = Mapping[str, Mapping[str, str]]
"""Effect name -> {"init": hazard, "apply": hazard}, as measured."""


class _Entry:
    """A part of the catalog. Each is made once, so that identity does for equality.

    The decorator's own `__eq__` and `__repr__` are left out because making them costs milliseconds
    at every start of a linter.
    """

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fields})"


@dataclass(frozen=True, eq=False, repr=False)
class Pass(_Entry):
    """One thing that a call-style transform hands to its callable.

    Written in the data as `[row:][keyword@][position][... or *]`, `traced`, `traced...` or `**`:

    - `init@1`: the outer call's argument `init`, or the one at position 1;
    - `operand@`: keyword only; `3`: position only;
    - `row:xs@1`: a slice (one row, one leaf) of that argument;
    - `primals@1*`: the elements of that argument, as so many arguments;
    - `3...`: every positional argument from 3 on; `row:1...`: a slice of each;
    - `**`: every keyword argument that the transform itself does not take;
    - `traced`: a traced value that is no argument of the outer call; `traced...`: any number.
    """

    text: str
    keyword: str | None = None
    position: int | None = None
    row: bool = False
    rest: bool = False
    elements: bool = False
    keywords: bool = False
    traced: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class CallableSlot(_Entry):
    """Where a transform takes a callable.

    `many`: the argument is a tuple, list or dict of callables. `optional`: it is a callable only
    sometimes (an array or nothing otherwise). `keyword` "**" means every keyword argument that the
    transform does not name. `deferred`: not run by the call itself. `group` and `body_runs` are the
    transform's, unless this callable is treated otherwise.
    """

    position: int | None
    keyword: str | None
    group: str
    many: bool = False
    optional: bool = False
    deferred: bool = False
    passes: tuple[Pass, ...] = ()
    body_runs: int = 1


@dataclass(frozen=True, eq=False, repr=False)
class Transform(_Entry):
    """A function that traces (or runs) a callable given to it.

    `form` is "wrap" (returns a callable), "call" (runs its callable now), "context" (a context
    manager that can decorate) or "partial" (binds arguments, as functools.partial). `methods` gives
    the callables that methods of the wrapped result take (`defvjp`). `factory`: called without its
    callable it returns a decorator. `body_runs`: how often the callable would run in the measured
    example, were it written in plain Python. `like` names the transform whose hazards hold for this
    one (names of other libraries, names that are gone). `removed` is the first version known to be
    without it, such as "jax 0.4.31"; `gone` says so of single aliases.
    """

    name: str
    group: str
    form: str
    callables: tuple[CallableSlot, ...]
    methods: Mapping[str, tuple[CallableSlot, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    statics: tuple[str, ...] = ()
    replacement: Mapping[str, str | None] = field(default_factory=dict)
    staging: bool = False
    body_runs: int = 1
    factory: bool = False
    like: str | None = None
    removed: str | None = None
    gone: Mapping[str, str] = field(default_factory=dict)

    @property
    def slots(self) -> tuple[CallableSlot, ...]:
        """Every callable, those that methods take last."""
        return (*self.callables, *(slot for some in self.methods.values() for slot in some))

    @property
    def hazards(self) -> Mapping[str, Hazards]:
        """By library, the measured hazards of the first callable (not those of `like`)."""
        from jaxlint import catalog

        return {} if self.like else {"haiku": catalog.hazards(self.name)}


@dataclass(frozen=True, eq=False, repr=False)
class SymbolEffect(_Entry):
    """An effect of calling a library symbol (of calling the module, where the symbol is a class).

    `kind`: param, rng, rng-at-init, rng-reserve, rng-replace, state-create, state-read,
    state-write. `when` names the argument whose truth decides, `negated` turns it round; `argument`
    says whether it belongs to the "constructor" or the "call"; `default` is its default, where it
    has one (`has_default`).
    `also` is a second condition, a constructor argument that must be true as well. `optional`: only
    where a key is to be had (`hk.maybe_next_rng_key`).
    """

    kind: str
    when: str | None = None
    negated: bool = False
    argument: str | None = None
    has_default: bool = False
    default: bool | int | float | str | None = None
    also: str | None = None
    source: str = "call"
    optional: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Symbol(_Entry):
    """A public name of Haiku.

    `kind`: module, effect, lifted, root, root-adapter, lift, flax-lift, wrapper, inline, context,
    guard, initializer, decorator, pure, data, config, rng-sequence. What does not apply is empty.
    `methods` and `properties` give the effect kinds of the extra public methods of a module;
    `initializers` says of each initializer argument whether its default is "random" or "constant";
    `contains` names the constructor arguments whose callables are what runs; `traits` of a root or
    lift: `state` (returns state), `multi`, `runs` (the wrapped callable runs init/apply itself),
    `rng`, `transparent`, `factory`; of a module: `nested` (its parameters are in inner modules).
    """

    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    abstract: bool = False
    constructor: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    effects: tuple[SymbolEffect, ...] = ()
    methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    initializers: Mapping[str, str] = field(default_factory=dict)
    contains: tuple[str, ...] = ()
    draws_at_init: bool = False
    returns: str | None = None
    lifts: str | None = None
    form: str | None = None
    callables: tuple[CallableSlot, ...] = ()
    traits: Mapping[str, bool] = field(default_factory=dict)
    removed: str | None = None
