"""Exceptions as evidence: classes, text, frames; and the tracers that a result should not hold."""

from __future__ import annotations

import os
import traceback
from types import TracebackType
from typing import Any

from jaxlint.verify.model import Seen

HERE = os.path.dirname(os.path.abspath(__file__))
MAX_TEXT = 20_000


def chain(error: BaseException) -> list[BaseException]:
    """`error` and what it was raised from, outermost first."""
    out: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in out and len(out) < 10:
        out.append(current)
        current = current.__cause__ or current.__context__
    return out


def frames(tb: TracebackType | None) -> list[tuple[str, int, str]]:
    """(path, line, function) of each frame that is not the verifier's own."""
    out = []
    while tb is not None:
        code = tb.tb_frame.f_code
        if not code.co_filename.startswith(HERE):
            out.append((code.co_filename, tb.tb_lineno, code.co_name))
        tb = tb.tb_next
    return out


def seen(error: BaseException, phase: str, *, inside: bool = False) -> Seen:
    """What the report and the judge need of `error`."""
    links = chain(error)
    innermost = links[-1] if _is_hint(links) else error
    classes = tuple(c.__name__ for c in type(error).__mro__ if issubclass(c, BaseException))
    text = "\n".join(_text(e) for e in links)
    return Seen(
        phase=phase,
        classes=classes,
        message=first_line(_text(innermost)),
        text=text[:MAX_TEXT],
        frames=tuple(f for e in links for f in frames(e.__traceback__))[-400:],
        inside=inside,
        traceback="".join(traceback.format_exception(error))[-MAX_TEXT:],
    )


def _is_hint(links: list[BaseException]) -> bool:
    """Whether the outer error only adds Haiku's hint to the same class of error inside."""
    return len(links) > 1 and type(links[0]) is type(links[-1])


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return type(error).__name__


def first_line(text: str) -> str:
    """The first line of `text` that says something."""
    for line in text.splitlines():
        if line.strip():
            return line.strip()[:300]
    return ""


def tracers(tree: Any) -> list[Any]:
    """The leaves of `tree` that are tracers. At top level, any tracer has leaked."""
    import jax

    try:
        leaves = jax.tree_util.tree_leaves(tree)
    except Exception:
        return []
    return [leaf for leaf in leaves if isinstance(leaf, jax.core.Tracer)]


def force(tree: Any) -> BaseException | None:
    """Use every leaf of `tree`; the first error, or None.

    A leaked tracer raises only when it is used, and a scalar constant not even then: the
    non-scalar ones are tried first, in an operation that JAX has to trace, and a leaf that stays
    silent is converted to a NumPy array at last.
    """
    import jax.numpy as jnp
    import numpy as np

    leaked = sorted(tracers(tree), key=lambda t: -len(getattr(t, "shape", ())))
    for leaf in leaked:
        try:
            if jnp.issubdtype(leaf.dtype, np.number) or leaf.dtype == bool:
                (jnp.ravel(leaf) + jnp.ravel(leaf)).block_until_ready()
            else:
                jnp.ravel(leaf)
        except Exception as error:
            return error
    for leaf in leaked:
        try:
            np.asarray(leaf)
        except Exception as error:
            return error
    return None


def clean_trace() -> bool:
    """Whether no JAX trace is going on (so that any tracer seen has leaked)."""
    import jax

    test = getattr(jax.core, "trace_state_clean", None)
    if test is None:
        from jax._src import core

        test = core.trace_state_clean
    return bool(test())


def materialise(tree: Any, seed: int = 0) -> Any:
    """`tree` with each tracer or bare shape replaced by random numbers of its shape and type."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    draw = np.random.RandomState(seed)

    def sound(leaf: Any) -> Any:
        if not isinstance(leaf, (jax.core.Tracer, jax.ShapeDtypeStruct)):
            return leaf
        if jnp.issubdtype(leaf.dtype, np.floating):
            return jnp.asarray(draw.normal(size=leaf.shape) * 0.1, leaf.dtype)
        return jnp.ones(leaf.shape, leaf.dtype)

    return jax.tree_util.tree_map(sound, tree)
