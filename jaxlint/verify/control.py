"""Plain Python in the place of a JAX transform: what the flagged code would do without tracing.

It serves twice: a run that no longer fails when only the flagged transform is replaced shows that
the transform was the cause; and its `init` gives sound parameters for `apply`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

Plain = Callable[..., Any]


def _same(fun: Any = None, /, *_: Any, **kwargs: Any) -> Any:
    """`jit`, `checkpoint` and their like: the function itself."""
    if fun is None:
        return lambda f: _same(f, **kwargs)
    function: Any = fun if callable(fun) else kwargs.get("fun")

    @functools.wraps(function)
    def call(*args: Any, **kw: Any) -> Any:
        return function(*args, **kw)

    return call


def _leaves(tree: Any) -> list[Any]:
    import jax

    leaves: list[Any] = jax.tree_util.tree_leaves(tree)
    return leaves


def _row(tree: Any, axis: Any, index: int) -> Any:
    import jax
    import jax.numpy as jnp

    if axis is None:
        return tree
    if isinstance(axis, int):
        return jax.tree_util.tree_map(lambda a: jnp.take(jnp.asarray(a), index, axis=axis), tree)
    flat, treedef = jax.tree_util.tree_flatten(tree)
    axes = _axes(axis, tree)
    picked = [_row(leaf, ax, index) for leaf, ax in zip(flat, axes, strict=True)]
    return jax.tree_util.tree_unflatten(treedef, picked)


def _axes(axis: Any, tree: Any) -> list[Any]:
    """`axis`, a prefix of `tree`, as one entry per leaf."""
    import jax

    out: list[Any] = []

    def spread(ax: Any, sub: Any) -> None:
        out.extend([ax] * len(_leaves(sub)))

    jax.tree_util.tree_map(spread, axis, tree, is_leaf=lambda a: a is None or isinstance(a, int))
    return out


def _size(args: tuple[Any, ...], in_axes: Any) -> int:
    import jax.numpy as jnp

    axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
    for arg, axis in zip(args, axes, strict=False):
        if axis is None:
            continue
        for leaf, ax in zip(_leaves(arg), _axes(axis, arg), strict=True):
            if ax is not None:
                return int(jnp.shape(leaf)[ax])
    return 0


def _vmap(fun: Any, in_axes: Any = 0, out_axes: Any = 0, **_: Any) -> Any:
    import jax
    import jax.numpy as jnp

    def call(*args: Any, **kwargs: Any) -> Any:
        axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
        count = _size(args, in_axes) or (_size(tuple(kwargs.values()), 0) if kwargs else 0)
        results = []
        for index in range(count):
            row = [_row(a, ax, index) for a, ax in zip(args, axes, strict=False)]
            named = {k: _row(v, 0, index) for k, v in kwargs.items()}
            results.append(fun(*row, **named))
        if isinstance(out_axes, int):
            return jax.tree_util.tree_map(lambda *a: jnp.stack(a, out_axes), *results)
        flat = [jax.tree_util.tree_flatten(r) for r in results]
        outs = _axes(out_axes, results[0])
        stacked = [
            flat[0][0][i] if ax is None else jnp.stack([f[0][i] for f in flat], ax)
            for i, ax in enumerate(outs)
        ]
        return jax.tree_util.tree_unflatten(flat[0][1], stacked)

    return call


def _scan(
    f: Any,
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    **_: Any,
) -> Any:
    import jax
    import jax.numpy as jnp

    leaves = _leaves(xs)
    count = int(jnp.shape(leaves[0])[0]) if leaves else int(length or 0)
    carry, ys = init, []
    order = range(count - 1, -1, -1) if reverse else range(count)
    for index in order:
        carry, y = f(carry, _row(xs, 0, index) if leaves else None)
        ys.append(y)
    if reverse:
        ys.reverse()
    if not ys:
        return carry, None
    return carry, jax.tree_util.tree_map(lambda *a: jnp.stack(a), *ys)


def _map(f: Any, xs: Any, **_: Any) -> Any:
    return _scan(lambda _c, x: (None, f(x)), None, xs)[1]


def _fori(lower: Any, upper: Any, body_fun: Any, init_val: Any, **_: Any) -> Any:
    value = init_val
    for index in range(int(lower), int(upper)):
        value = body_fun(index, value)
    return value


def _while(cond_fun: Any, body_fun: Any, init_val: Any) -> Any:
    value, turns = init_val, 0
    while bool(cond_fun(value)):
        value = body_fun(value)
        turns += 1
        if turns > 1000:
            raise RuntimeError("the plain loop did not end in 1000 turns")
    return value


def _cond(pred: Any, true_fun: Any, false_fun: Any, *operands: Any, **kwargs: Any) -> Any:
    if "operand" in kwargs:
        operands = (kwargs["operand"],)
    if not callable(true_fun):
        return None
    return true_fun(*operands) if bool(pred) else false_fun(*operands)


def _switch(index: Any, branches: Any, *operands: Any, **kwargs: Any) -> Any:
    if "operand" in kwargs:
        operands = (kwargs["operand"],)
    return branches[max(0, min(int(index), len(branches) - 1))](*operands)


def _eval_shape(fun: Any, *args: Any, **kwargs: Any) -> Any:
    import jax
    import jax.numpy as jnp

    def filled(tree: Any) -> Any:
        return jax.tree_util.tree_map(lambda a: jnp.ones(a.shape, a.dtype), tree)

    out = fun(*filled(args), **filled(kwargs))
    return jax.tree_util.tree_map(lambda a: jax.ShapeDtypeStruct(jnp.shape(a), a.dtype), out)


@functools.cache
def _table() -> dict[int, tuple[Any, Plain | None]]:
    """Transform by identity. None: known, but plain Python has no equivalent worth writing."""
    import jax

    named: list[tuple[str, Plain | None]] = [
        ("jit", _same),
        ("pjit", _same),
        ("checkpoint", _same),
        ("remat", _same),
        ("custom_vjp", None),
        ("custom_jvp", None),
        ("vmap", _vmap),
        ("eval_shape", _eval_shape),
        ("grad", None),
        ("value_and_grad", None),
        ("jacfwd", None),
        ("jacrev", None),
        ("hessian", None),
        ("pmap", _vmap),
        ("make_jaxpr", None),
        ("lax.scan", _scan),
        ("lax.map", _map),
        ("lax.fori_loop", _fori),
        ("lax.while_loop", _while),
        ("lax.cond", _cond),
        ("lax.switch", _switch),
        ("numpy.vectorize", None),
    ]
    table: dict[int, tuple[Any, Plain | None]] = {}
    for name, plain in named:
        value: Any = jax
        for part in name.split("."):
            value = getattr(value, part, None)
        if value is not None:
            table[id(value)] = (value, plain)
    return table


def _lifted(function: Any) -> Plain | None:
    """Plain Python for a lifted transform of Linen that only stages."""
    nn = sys.modules.get("flax.linen")
    staging = [getattr(nn, name, None) for name in ("jit", "remat", "checkpoint")] if nn else []
    return _same if any(function is one for one in staging) else None


def known(function: Any) -> bool:
    """Whether `function` is a JAX transform of the table."""
    return id(function) in _table()


def plain(function: Any) -> Plain | None:
    """Plain Python for the transform `function`, or None."""
    entry = _table().get(id(function))
    return entry[1] if entry is not None else _lifted(function)
