"""What calls gave and nobody kept: sown values, updated collections; one result taken for two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jaxlint.verify import errors
from jaxlint.verify.linen import Calls, Step


def lost_sows(seen: Calls) -> str | None:
    """A sentence on what the flagged `apply` sowed in vain, or None."""
    dropped = [name for call in seen.made if call.at_site for name in call.dropped]
    dropped += seen.unkept
    if not dropped:
        return None
    return f"{len(dropped)} values were sown and not kept: {', '.join(sorted(set(dropped))[:3])}"


def two_parts(values: list[Any]) -> str | None:
    """A sentence on one value that can be unpacked into two names, or None."""
    for value in values:
        if _is_array(value) and value.ndim and value.shape[0] == 2:
            return f"two names for the two rows of one output, of shape {value.shape}; no updates"
        if isinstance(value, Mapping) and len(value) == 2:
            return f"two names for the modules {' and '.join(map(repr, value))}; no state"
    return None


def lost_updates(seen: Calls) -> str | None:
    """A sentence on updates that the flagged `apply` gave back and no later call was given."""
    import jax

    jax.effects_barrier()
    calls = seen.made
    here = [c for c in calls if c.at_site and c.what == "apply" and c.updated]
    for number, call in enumerate(here):
        moved = _moved(call.variables, call.result[1])
        place = next(i for i, other in enumerate(calls) if other is call)
        later = calls[place + 1 :]
        used = [c for c in later if c.what == "apply" and _has(c.variables, call.result[1])]
        if moved and not used and number + 1 == len(here):
            again = f" in each of {len(here)} calls, each from the old numbers" * (len(here) > 1)
            return f"{moved}{again}; no later call is given the new ones"
    return _standing_still(seen.steps)


def _standing_still(steps: list[Step]) -> str | None:
    """A sentence on a collection that each of several steps moves, and each from the same place."""
    for collection in {step.collection: None for step in steps}:
        turns = [step for step in steps if step.collection == collection]
        first = turns[0]
        moved = [_distance(step.before, step.after) for step in turns]
        if len(turns) > 1 and min(moved) > 0:
            if all(_distance(first.before, step.before) == 0 for step in turns):
                return (
                    f"{collection} moved by up to {max(moved):.3g} in each of {len(turns)} steps, "
                    "each from the old numbers"
                )
    return None


def kept_nowhere(seen: Calls, result: Any) -> str | None:
    """A sentence on a single step's updates when what the function returned holds none of them."""
    import jax
    import numpy as np

    jax.effects_barrier()
    if len(seen.steps) != 1 or result is None:
        return _standing_still(seen.steps)
    (step,) = seen.steps
    moved = _distance(step.before, step.after)
    returned = [np.asarray(leaf) for leaf in jax.tree_util.tree_leaves(result) if _is_array(leaf)]
    news = [b for a, b in zip(step.before, step.after, strict=False) if _distance([a], [b]) > 0]
    if not moved or any(np.array_equal(new, each) for new in news for each in returned):
        return None
    return (
        f"{step.collection} moved by up to {moved:.3g}; what came back does not hold the new ones"
    )


def _is_array(leaf: Any) -> bool:
    import jax
    import numpy as np

    return isinstance(leaf, (jax.Array, np.ndarray)) and not errors.tracers(leaf)


def _distance(one: list[Any], two: list[Any]) -> float:
    """The largest change between two lists of arrays of the same shapes."""
    import numpy as np

    pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(one, two, strict=False)]
    return max((float(np.max(np.abs(b - a))) for a, b in pairs if a.size), default=0.0)


def _moved(variables: Any, updates: Any) -> str | None:
    """What `updates` changes in `variables`, in words."""
    import jax

    for collection, new in dict(updates).items():
        old = dict(variables).get(collection)
        if collection == "params" or old is None or errors.tracers((old, new)):
            continue
        change = _distance(jax.tree_util.tree_leaves(old), jax.tree_util.tree_leaves(new))
        if change > 0:
            return f"{collection} moved by up to {change:.3g}"
    return None


def _has(variables: Any, updates: Any) -> bool:
    """Whether `variables` holds one of the arrays of `updates`."""
    import jax

    new = {id(leaf) for leaf in jax.tree_util.tree_leaves(updates)}
    return any(id(leaf) in new for leaf in jax.tree_util.tree_leaves(variables))
