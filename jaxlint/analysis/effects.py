"""Effects: what a callable does beyond its arguments and result, with the chain that proves it."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterable
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from jaxlint.finding import EffectChain, Link, Span

if TYPE_CHECKING:
    from jaxlint.analysis.module import ModuleFile

PARAM = "param"
RNG = "rng"
STATE_CREATE = "state-create"
STATE_READ = "state-read"
STATE_WRITE = "state-write"
CONSTRUCT = "construct"

STATE = frozenset({STATE_CREATE, STATE_READ, STATE_WRITE})
MAX_EFFECTS = 48
"""How many effects of one call are kept; those of a kind already seen go first."""


class Step(NamedTuple):
    """One step of a chain: `node` of `file`, and what happens there.

    passed: the frame that received the callee of this step as an argument, if one did.
    """

    node: ast.AST
    file: ModuleFile
    what: str
    passed: Any = None


Births = tuple[tuple[float, float], ...]
Chain = tuple[Step, "Chain | None"]


@dataclass(eq=False)
class Effect:
    """One effect.

    kind: PARAM, RNG, STATE_* or CONSTRUCT.
    subject: what is created, read or written; None where it cannot be told from others.
    phase: "init" or "apply" where it happens only then, else None.
    traced: the value written depends on the inputs of the raw transform under evaluation.
    constant: the value written is a Python constant.
    conditional: whether it happens is decided by a value that is not known.
    collection, stream: what Linen calls the place of a variable, and the source of a key.
    sown: the value is dropped without an error where its collection is not mutable.
    optional: a key is drawn only if the root was given one.
    at_init: the key is drawn only while parameters or state are created.
    built: the module whose parameter it is was built by the callable under evaluation.
    lifted: it happens under the library's own version of a transform.
    births: when that module was built (see Instance).
    """

    kind: str
    subject: Hashable
    chain: Chain
    phase: str | None = None
    traced: bool = False
    constant: bool = False
    conditional: bool = False
    optional: bool = False
    at_init: bool = False
    exists: bool = False
    built: bool = False
    lifted: bool = False
    births: Births = ()
    name: str = ""
    collection: str = ""
    stream: str = ""
    sown: bool = False

    @property
    def is_linen(self) -> bool:
        """Whether it is an effect on a Linen module's scope, and not on a Haiku root."""
        return self.name.startswith("flax.")

    @property
    def group(self) -> Hashable:
        """Equal for effects that no rule tells apart."""
        return (
            self.kind,
            self.subject,
            self.phase,
            self.traced,
            self.constant,
            self.conditional,
            self.at_init,
            self.exists,
            self.collection,
            self.stream,
            self.sown,
        )

    @property
    def step(self) -> Step:
        """The step where the effect itself happens."""
        chain = self.chain
        while chain[1] is not None:
            chain = chain[1]
        return chain[0]

    def steps(self) -> list[Step]:
        """The chain as a list, outermost call first."""
        found = []
        chain: Chain | None = self.chain
        while chain is not None:
            found.append(chain[0])
            chain = chain[1]
        return found

    def under(self, step: Step) -> Effect:
        """This effect as it is seen from a call at `step`."""
        other = copy(self)
        other.chain = (step, self.chain)
        return other

    def but(self, **changes: Any) -> Effect:
        """A copy with some fields changed. Effects are shared: nobody changes one in place."""
        other = copy(self)
        other.__dict__.update(changes)
        return other

    def __copy__(self) -> Effect:
        other = object.__new__(Effect)
        other.__dict__.update(self.__dict__)
        return other


def rebased(time: float, start: float, again: float) -> float:
    """A time after `start` as it is when the same stretch runs again at `again`, in order."""
    return again + (time - start) * 1e-7 if time > start else time


def is_built_since(births: Births, start: float) -> bool:
    """Whether a module is new since `start`: it takes parameters of its own.

    A module that another module's method builds is as new as that one, if the method began since.
    """
    for built, began in births:
        if began <= start:
            return built > start
    return False


def built_since(effect: Effect, start: float) -> Effect:
    """The effect, marked if its module is new since `start`."""
    built = is_built_since(effect.births, start)
    return effect if effect.built == built else effect.but(built=built)


def distinct(effects: Iterable[Effect]) -> list[Effect]:
    """The first effect of each group, at most MAX_EFFECTS of them, no kind left out."""
    seen: dict[Hashable, Effect] = {}
    kinds: dict[str, int] = {}
    for effect in effects:
        if effect.group in seen:
            continue
        if len(seen) >= MAX_EFFECTS and kinds.get(effect.kind, 0) >= 4:
            continue
        seen[effect.group] = effect
        kinds[effect.kind] = kinds.get(effect.kind, 0) + 1
    return list(seen.values())


def span_of(node: ast.AST, file: ModuleFile) -> Span:
    """The source range of `node`; columns count characters, from 1."""
    line = getattr(node, "lineno", 1)
    end_line = getattr(node, "end_lineno", None) or line
    return Span(
        file.path,
        line,
        file.column(line, getattr(node, "col_offset", 0)) + 1,
        end_line,
        file.column(end_line, getattr(node, "end_col_offset", None) or 0) + 1,
    )


def link_of(step: Step) -> Link:
    """The step as the reader sees it."""
    return Link(span_of(step.node, step.file), step.file.line(step.node), step.what)


def chain_of(steps: Iterable[Step]) -> EffectChain:
    """The steps as links, without repeats of the same place."""
    links: list[Link] = []
    for step in steps:
        link = link_of(step)
        if links and links[-1].span == link.span:
            links[-1] = Link(link.span, link.source, f"{links[-1].what}: {link.what}")
        else:
            links.append(link)
    return tuple(links)
