"""The `split_rng` that fits a callable of hk.vmap."""

from __future__ import annotations

from collections.abc import Iterable

from jaxlint.analysis.effects import RNG, Effect

WITHOUT_DRAWS = "False"


def draws_at_apply(effects: Iterable[Effect]) -> list[Effect]:
    """The keys drawn at apply (initialisers draw at init)."""
    return [e for e in effects if e.kind == RNG and not e.at_init and e.phase != "init"]


def needs_key(effects: Iterable[Effect]) -> bool:
    """Whether each call of the callable at apply draws a key that must be there."""
    return any(not e.conditional and not e.optional for e in draws_at_apply(effects))


def split_rng(
    effects: Iterable[Effect],
    running_init: str = "hk.running_init",
    maybe_key: str = "hk.maybe_next_rng_key",
) -> str:
    """The expression: keys must differ by row where they are drawn at apply.

    Measured on dm-haiku 0.0.17: a true value is refused while parameters are created, and asks for
    a key in every call (MissingRNGError). A callable that may do without is split only where there
    is one. running_init, maybe_key: how the two functions of Haiku are spelled.
    """
    effects = list(effects)
    if not draws_at_apply(effects):
        return WITHOUT_DRAWS
    guard = f"not {running_init}()"
    return guard if needs_key(effects) else f"{guard} and {maybe_key}() is not None"


def as_argument(value: str) -> str:
    """`split_rng=...` as a message says it."""
    return f"split_rng={value if value.isidentifier() else f'({value})'}"
