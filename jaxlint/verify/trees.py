"""Trees of arrays: taken apart and put together, compared, described in few numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def split_arrays(tree: Any) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """The arrays of `tree`, and a function that puts other ones in their places."""
    import jax

    leaves, treedef = jax.tree_util.tree_flatten(tree)
    places = [i for i, leaf in enumerate(leaves) if hasattr(leaf, "dtype")]

    def rebuild(arrays: list[Any]) -> Any:
        new = list(leaves)
        for place, array in zip(places, arrays, strict=True):
            new[place] = array
        return jax.tree_util.tree_unflatten(treedef, new)

    return [leaves[i] for i in places], rebuild


def arrays_of(tree: Any) -> list[Any]:
    """The arrays of `tree`: what a jitted function can return of it."""
    import jax

    return [leaf for leaf in jax.tree_util.tree_leaves(tree) if hasattr(leaf, "dtype")]


def difference(got: Any, reference: Any) -> str | None:
    """A sentence on where `(out, state)` differs from the reference, or None."""
    import jax
    import numpy as np

    for name, a, b in zip(("state", "output"), reversed(got), reversed(reference), strict=True):
        left, right = jax.tree_util.tree_leaves(a), jax.tree_util.tree_leaves(b)
        if len(left) != len(right):
            return f"{name}: {len(left)} arrays, {len(right)} with plain Python in its place"
        for one, two in zip(left, right, strict=True):
            x, y = np.asarray(one), np.asarray(two)
            if x.shape != y.shape:
                return f"{name} has shape {x.shape}; plain Python in its place gives {y.shape}"
            if not np.allclose(x, y, rtol=1e-3, atol=1e-4, equal_nan=True):
                return f"{name} {few(x)}; with plain Python in the transform's place {few(y)}"
    return None


def few(array: Any) -> str:
    """Its first numbers, in words."""
    flat = array.ravel()[:3]
    numbers = ", ".join(f"{float(v):.4g}" for v in flat)
    return f"[{numbers}{', ...' if array.size > 3 else ''}]"
