"""The Linen entries of the catalog as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jaxlint.catalog.types import CallableSlot, _Entry

UNKNOWN: Any = object()
"""What the `value_of` of `Condition.holds` gives where a value cannot be told from the text."""


@dataclass(frozen=True, eq=False, repr=False)
class Parameter(_Entry):
    """One argument of a call, or one field of a module.

    `kind` is "positional" (by keyword as well), "keyword", "*" or "**". `constant`: the default is
    a literal, and `default` is its value; any other default (an initializer, a dtype) is not told.
    """

    name: str
    kind: str = "positional"
    has_default: bool = False
    constant: bool = False
    default: Any = None


@dataclass(frozen=True, eq=False, repr=False)
class Term(_Entry):
    """A test of one value: its truth, or (`unlike` is set) that it differs from `unlike`."""

    name: str
    negated: bool = False
    unlike: bool | int | float | str | None = None

    def holds(self, value: Any) -> bool | None:
        """Whether the test holds for `value`; None if `value` is UNKNOWN."""
        if value is UNKNOWN:
            return None
        if self.unlike is not None:
            return bool(value != self.unlike)
        return bool(value) != self.negated


@dataclass(frozen=True, eq=False, repr=False)
class Condition(_Entry):
    """When something happens: if every term of at least one alternative holds.

    Written in the data as `true` (always: one alternative without terms), as text, terms joined by
    "and" (`rate and rate != 1 and not deterministic`), or as a list of such texts. A name is an
    argument of the call if it was given there and is not None, and else the module's field of that
    name: what `nn.merge_param` does, and right for names that only one of the two has.
    """

    alternatives: tuple[tuple[Term, ...], ...]

    @property
    def always(self) -> bool:
        """Whether it holds whatever the arguments are."""
        return any(not terms for terms in self.alternatives)

    def holds(self, value_of: Callable[[str], Any]) -> bool | None:
        """Whether it holds where `value_of(name)` is the value of each name, or UNKNOWN.

        None: it depends on what is UNKNOWN.
        """
        answers = [
            _all([term.holds(value_of(term.name)) for term in terms]) for terms in self.alternatives
        ]
        if True in answers:
            return True
        return None if None in answers else False


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


@dataclass(frozen=True, eq=False, repr=False)
class Collection(_Entry):
    """What a call of a module does with one variable collection. None: never.

    `field` is the module's field that holds the collection's name, where there is one; `name` is
    its default. `creates` (at init, and at apply where the collection is mutable and missing);
    `reads` (at apply: the collection has to be there); `writes` (at apply: the collection has to
    be mutable, else ModifyScopeVariableError; never at init); `sows` (dropped without an error
    where the collection is not mutable).
    """

    name: str
    field: str | None = None
    creates: Condition | None = None
    reads: Condition | None = None
    writes: Condition | None = None
    sows: Condition | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Stream(_Entry):
    """An rng stream that a call draws from; `field` as in `Collection`.

    `make_rng` falls back to the stream `params` where the one it asks for is not given.
    """

    name: str
    when: Condition
    field: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class LinenMethod(_Entry):
    """A public method besides `__call__`.

    `kind`: call (runs like `__call__`, with its own `collections` and `streams`), effect (what
    `effect` says: param, variable, variable-get, variable-write, rng, sow, perturb), guard, root,
    copy (a module or state like the one it is called on), constructor, pure, hook. `traits` of a
    root: creates, applies, binds; output (gives the output, alone or first); report (gives text).
    """

    name: str
    kind: str
    arguments: tuple[Parameter, ...] = ()
    effect: str | None = None
    collections: tuple[Collection, ...] = ()
    streams: tuple[Stream, ...] = ()
    traits: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class LinenSymbol(_Entry):
    """A public name of Flax Linen (and the few of `flax.core` and `flax.training` beside it).

    `kind`: module, transform, root, decorator, wrapper, context, config, initializer, pure, data,
    train-state. What does not apply is empty.

    Of a module: `fields` in the order of the constructor (every module also takes `parent` and
    `name` by keyword); `call`, the arguments of `__call__`; `collections`, `streams`; `contains`,
    the fields whose modules are what runs; `scans`, by role the field that says how the contained
    module is scanned; `required`, arguments that must be given in the one place or the other
    (ValueError else), if `required_when` holds; `returns` "array" or "tuple", None where it
    depends; `tuple_when`: a tuple if this holds, else one array.

    Of a transform: `lifts`, the jax transform that it is the version of (None: of none); `form`
    and `callables` as for `Transform` (the callable may be a module class, or a function whose
    first argument is the module); `module`, the argument that takes the module; `roles`, from what
    an argument is for (variable_axes, split_rngs, variable_broadcast, variable_carry, in_axes,
    ...) to its name; `arguments`. `traits` of a root as in `LinenMethod`; `wraps`: it returns a
    function to be called.
    """

    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    abstract: bool = False
    fields: tuple[Parameter, ...] = ()
    call: tuple[Parameter, ...] = ()
    arguments: tuple[Parameter, ...] = ()
    collections: tuple[Collection, ...] = ()
    streams: tuple[Stream, ...] = ()
    contains: tuple[str, ...] = ()
    scans: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    required_when: Condition | None = None
    returns: str | None = None
    tuple_when: Condition | None = None
    lifts: str | None = None
    form: str | None = None
    callables: tuple[CallableSlot, ...] = ()
    module: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    traits: Mapping[str, bool] = field(default_factory=dict)
    methods: Mapping[str, LinenMethod] = field(default_factory=dict)
    properties: tuple[str, ...] = ()

    def position(self, argument: str) -> int | None:
        """Where `argument` may be given by position; None if only by keyword, or not at all."""
        for place, each in enumerate(self.arguments):
            if each.name == argument:
                return place if each.kind == "positional" else None
        return None
