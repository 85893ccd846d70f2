"""Updates that get lost: what flagged code puts into a Linen collection, and what is there later.

Every value put while the flagged code runs is reported by `jax.debug.callback`, so that it is known
as a number although its tracer is gone with its trace. An update is lost when the collection comes
back as it was before the update, and not as it was put.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jaxlint.verify import errors

Place = tuple[str, ...]
"""Collection, path of the module, name of the variable."""


@dataclass
class Update:
    """One place's updates: what was there before the first one, and what each line put there.

    A line in a loop or a mapping puts several values; one whose trace was given up puts none.
    """

    before: Any
    put: list[list[Any]] = field(default_factory=list)


@contextlib.contextmanager
def updating(inside: Callable[[], bool]) -> Iterator[dict[Place, Update]]:
    """Record the updates that are made while the block runs and `inside()` holds."""
    module = sys.modules.get("flax.core.scope")
    store: dict[Place, Update] = {}
    if module is None:
        yield store
        return
    import jax

    scope: Any = module.Scope
    original = scope.put_variable

    def put(self: Any, col: str, name: str, value: Any) -> None:
        # What a lifted transform hands back is no update: flax.core.lift puts what it had taken.
        if sys._getframe(1).f_globals.get("__name__") != "flax.core.lift" and inside():
            _record(store, (col, *self.path, name), self.get_variable(col, name), value)
        original(self, col, name, value)

    scope.put_variable = put
    try:
        yield store
        jax.effects_barrier()
    finally:
        scope.put_variable = original


def _record(store: dict[Place, Update], place: Place, before: Any, value: Any) -> None:
    import jax
    import numpy as np

    if place not in store:
        if before is None or errors.tracers(before):
            return  # it is only made here, or other code that is traced put it
        store[place] = Update(jax.tree_util.tree_map(np.asarray, before))
    put: list[Any] = []
    store[place].put.append(put)
    jax.debug.callback(lambda new: put.append(jax.tree_util.tree_map(np.array, new)), value)


def lost(store: dict[Place, Update], state: Any) -> str | None:
    """A sentence on an update that is not in `state`, the collections afterwards, or None."""
    for place, update in store.items():
        after = state
        for part in place:
            after = after.get(part) if hasattr(after, "get") else None
        if after is None or errors.tracers(after):
            continue
        earlier: list[Any] = [update.before]
        last: list[Any] = []
        for values in filter(None, update.put):
            earlier, last = [*earlier, *last], values
        if not any(_equal(after, value) for value in earlier):
            continue
        if last and _same_form(last[0], after) and not any(_equal(after, each) for each in last):
            return f"{'/'.join(place)} was set to {_few(last[0])}, and is {_few(after)} afterwards"
    return None


def _leaves(tree: Any) -> list[Any]:
    import jax
    import numpy as np

    return [np.asarray(leaf) for leaf in jax.tree_util.tree_leaves(tree)]


def _same_form(one: Any, two: Any) -> bool:
    return [a.shape for a in _leaves(one)] == [a.shape for a in _leaves(two)]


def _equal(one: Any, two: Any) -> bool:
    import numpy as np

    return _same_form(one, two) and all(
        np.array_equal(a, b) for a, b in zip(_leaves(one), _leaves(two), strict=True)
    )


def _few(tree: Any) -> str:
    from jaxlint.verify.trees import few

    return few(_leaves(tree)[0])
