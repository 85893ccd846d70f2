"""Watch every `hk.transform` of the user's program: what `init` and `apply` got and gave.

The functions `hk.transform*` are replaced before the user's file is imported. What they return is
unchanged but that each `init`/`apply` call made outside any trace has its result searched for
leaked tracers, and its arguments kept, so that the same call can be made again in other ways.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jaxlint.verify import errors

NAMES = ("transform", "transform_with_state", "multi_transform", "multi_transform_with_state")


@dataclass
class Call:
    """One `init` or `apply` call: positional and keyword arguments, in the user's own order."""

    what: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    executed: int = 0


@dataclass
class Pair:
    """One transformed function of the user's program and the calls made of it."""

    kind: str
    original: Any
    init: Any
    apply: Any
    calls: list[Call] = field(default_factory=list)

    @property
    def with_state(self) -> bool:
        """Whether the pair's `init` gives `(params, state)`."""
        return self.kind.endswith("with_state")

    def last(self, what: str) -> Call | None:
        """The most recent call of `what` ("init" or "apply") that reached the flagged code."""
        calls = [c for c in self.calls if c.what == what]
        reached = [c for c in calls if c.executed]
        return (reached or calls or [None])[-1]


class Watch:
    """The record of a run: pairs in order of creation, and leaks found when a call returned."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self.pairs: list[Pair] = []
        self.leaks: list[tuple[str, BaseException]] = []

    def transform(self, name: str, original: Any) -> Any:
        """`original`, one of `hk.transform*`, with what it returns watched."""

        @functools.wraps(original)
        def watching(f: Any, *args: Any, **kwargs: Any) -> Any:
            made = original(f, *args, **kwargs)
            pair = Pair(name, f, made.init, made.apply)
            self.pairs.append(pair)
            if isinstance(made.apply, tuple) or not callable(made.apply):
                return made._replace(init=self.entry(pair, "init", made.init))
            return made._replace(
                init=self.entry(pair, "init", made.init),
                apply=self.entry(pair, "apply", made.apply),
            )

        return watching

    def entry(self, pair: Pair, what: str, original: Any) -> Any:
        """`original`, an `init` or `apply`, with its calls recorded."""

        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            record = Call(what, args, kwargs)
            before = self.site.executed
            try:
                result = original(*args, **kwargs)
            finally:
                record.executed = self.site.executed - before
                if not errors.tracers(args) and len(pair.calls) < 50:
                    pair.calls.append(record)
            if errors.clean_trace():
                leak = errors.force(result)
                if leak is not None:
                    self.leaks.append((f"the result of {what}", leak))
            return result

        if hasattr(original, "_original_fn"):
            call._original_fn = original._original_fn  # type: ignore[attr-defined]
        return call


_ORIGINALS: dict[str, Any] = {}


def unwatched(name: str) -> Any:
    """Haiku's own `hk.<name>`, for roots that the verifier makes itself."""
    import haiku as hk

    return _ORIGINALS.get(name) or getattr(hk, name)


@contextlib.contextmanager
def watching(site: Any) -> Iterator[Watch]:
    """Replace `hk.transform*` while the block runs."""
    watch = Watch(site)
    try:
        import haiku as hk
    except ImportError:
        yield watch
        return
    saved = {name: getattr(hk, name) for name in NAMES if hasattr(hk, name)}
    _ORIGINALS.update(saved)
    try:
        for name, original in saved.items():
            setattr(hk, name, watch.transform(name, original))
        yield watch
    finally:
        for name, original in saved.items():
            setattr(hk, name, original)
