"""Whether a lifted transform keeps the names of the modules that its callable builds.

Haiku numbers the modules of a scope (`linear`, `linear_1`). `hk.vmap`, `hk.grad`,
`hk.value_and_grad` and `hk.eval_shape` run their callable on a copy of the counters
(`Frame.evolve(decoupled=True)` in haiku/_src/base.py), where the raw transforms count on: a module
that is built after the transform gets the number, and so the parameters, of one that the callable
built. Measured with `hk.vmap(lambda r: hk.Linear(4)(r), split_rng=False)` and a Linear after it.
"""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import MAX_EFFECTS, PARAM, STATE_CREATE, Effect, Step
from jaxlint.analysis.frames import Frame
from jaxlint.analysis.observations import RawSite
from jaxlint.analysis.values import Instance, Symbol
from jaxlint.fixes.tree import Tree, Uses

CREATES = frozenset({PARAM, STATE_CREATE})


def keeps_names(site: RawSite, uses: Uses, tree: Tree) -> bool:
    """Whether nothing takes up the names of what the callable builds.

    Built, that is, in the scope of the call: a module's method counts for itself. True only where
    the site is applied once in its scope and no module is built there afterwards.
    """
    built = [e for e in site.effects if e.built]
    if not built:
        return True
    if len(uses.calls) != 1 or not uses.complete:
        return False
    if any(tree.is_repeated(node) for node in (site.node, uses.calls[0])):
        return False
    if tree.function(site.node) is not tree.function(uses.calls[0]):
        return False
    frames = scope_of(site.frame)
    depth = _modules_around(frames[-1])
    children = [c for e in built if (c := _child(e, depth)) is not None]
    first = min((c[0] for c in children), default=0.0)
    for frame in frames:
        if len(frame.effects) >= MAX_EFFECTS:
            return False
        ways = set()
        for effect in frame.effects:
            way = _way_to(site, effect)
            if way is not None:
                ways.add(tuple(id(step.node) for step in way))
                if any(tree.is_repeated(step.node) for step in way):
                    return False
                continue
            child = _child(effect, depth) if effect.kind in CREATES else None
            if child is not None and child[0] > first:
                return False
        if len(ways) > 1:
            return False
    return True


def scope_of(frame: Frame) -> list[Frame]:
    """The frames that share their module counters with `frame`: up to a module's method."""
    found = []
    for outer in frame.ancestors():
        found.append(outer)
        if is_module(outer.receiver):
            break
    return found


def is_module(value: object) -> bool:
    """Whether the value is a Haiku module."""
    from jaxlint import catalog

    if not isinstance(value, Instance):
        return False
    if value.cls is None:
        return value.symbol is not None
    return any(
        isinstance(base, Symbol)
        and (symbol := catalog.symbol(base.name)) is not None
        and symbol.kind == "module"
        for base in value.cls.mro
    )


def _modules_around(frame: Frame) -> int:
    """How many modules contain the scope."""
    receiver = frame.receiver
    return len(receiver.births) if isinstance(receiver, Instance) and is_module(receiver) else 0


def _child(effect: Effect, depth: int) -> tuple[float, float] | None:
    """When the module of the scope that the effect belongs to was built; None for none."""
    births = effect.births
    return births[len(births) - depth - 1] if len(births) > depth else None


def _way_to(site: RawSite, effect: Effect) -> list[Step] | None:
    """The steps from the frame down to the site; None for an effect that does not come from it."""
    steps = effect.steps()
    for index, step in enumerate(steps):
        if step.node is site.node:
            return steps[:index]
    return None


def other_effects(site: RawSite) -> Iterator[Effect]:
    """The effects of the site's scope that do not come from the site."""
    for frame in scope_of(site.frame):
        for effect in frame.effects:
            if _way_to(site, effect) is None:
                yield effect
