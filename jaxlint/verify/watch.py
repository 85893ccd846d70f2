"""Watch every `hk.transform` of the user's program: what `init` and `apply` got and gave.

The functions `hk.transform*` are replaced before the user's file is imported. What they return is
unchanged but that each `init`/`apply` call made outside any trace has its result searched for
leaked tracers, and its arguments kept, so that the same call can be made again in other ways.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jaxlint.verify import errors, linen
from jaxlint.verify.guesses import Hole

NAMES = ("transform", "transform_with_state", "multi_transform", "multi_transform_with_state")
WITHOUT = ("without_apply_rng", "without_state")


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
    result: Any = None
    """What the user got: the named tuple with watched `init` and `apply`."""
    made_at: tuple[str, int] = ("", 0)
    """File and line of the call of `hk.transform*` that made it."""
    takes_rng: bool = True
    """Whether `apply` takes a key: not after `hk.without_apply_rng`."""

    @property
    def with_state(self) -> bool:
        """Whether the pair's `init` gives `(params, state)`."""
        return self.kind.endswith("with_state")

    def last(self, what: str) -> Call | None:
        """The most recent call of `what` ("init" or "apply") that reached the flagged code."""
        calls = [c for c in self.calls if c.what == what]
        reached = [c for c in calls if c.executed]
        chosen = reached or calls
        return chosen[-1] if chosen else None


class Watch:
    """The record of a run: pairs in order of creation, and leaks found when a call returned."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self.pairs: list[Pair] = []
        self.leaks: list[tuple[str, BaseException]] = []
        self.linen = linen.Calls(site)
        """The Linen calls of the run."""

    def without(self, name: str, original: Any) -> Any:
        """`hk.without_apply_rng`, `hk.without_state`: the pair given loses its key or state."""

        @functools.wraps(original)
        def watching(f: Any) -> Any:
            made = original(f)
            for pair in list(self.pairs):
                if pair.result is None or not callable(made.apply):
                    continue
                if getattr(f, "init", None) is pair.result.init:
                    again = Pair(pair.kind, pair.original, pair.init, made.apply, made_at=caller())
                    bare = original(_bare(f, pair))
                    again.takes_rng = pair.takes_rng and name != "without_apply_rng"
                    if name == "without_state":
                        again.kind, again.init = "transform", bare.init
                    again.apply = bare.apply
                    self.pairs.append(again)
                    again.result = bare._replace(
                        init=self.entry(again, "init", again.init),
                        apply=self.entry(again, "apply", again.apply),
                    )
                    return again.result
            return made

        return watching

    def transform(self, name: str, original: Any) -> Any:
        """`original`, one of `hk.transform*`, with what it returns watched."""

        @functools.wraps(original)
        def watching(f: Any, *args: Any, **kwargs: Any) -> Any:
            made = original(f, *args, **kwargs)
            pair = Pair(name, f, made.init, made.apply, made_at=caller())
            self.pairs.append(pair)
            if not callable(made.apply):
                pair.result = made._replace(init=self.entry(pair, "init", made.init))
                return pair.result
            pair.result = made._replace(
                init=self.entry(pair, "init", made.init),
                apply=self.entry(pair, "apply", made.apply),
            )
            return pair.result

        return watching

    def filled(
        self, pair: Pair, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of an `apply`, holes filled by the pair's own `init` on its inputs."""
        if not any(isinstance(a, Hole) for a in (*args, *kwargs.values())):
            return args, kwargs
        skip = 1 + pair.with_state + pair.takes_rng
        named = {k: v for k, v in kwargs.items() if k not in ("params", "state", "rng")}
        skip -= len(kwargs) - len(named)
        made = _initialised(pair, args, skip, named)
        params, state = made if pair.with_state else (made, {})

        def fill(value: Any) -> Any:
            if isinstance(value, Hole):
                return state if value.what == "state" else params
            return value

        return tuple(map(fill, args)), {k: fill(v) for k, v in kwargs.items()}

    def entry(self, pair: Pair, what: str, original: Any) -> Any:
        """`original`, an `init` or `apply`, with its calls recorded."""

        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            if what == "apply":
                args, kwargs = self.filled(pair, args, kwargs)
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


def _initialised(pair: Pair, args: tuple[Any, ...], skip: int, kwargs: dict[str, Any]) -> Any:
    """What `init` gives for an `apply`'s arguments, of which `skip` are no inputs.

    The call may be the misuse that is looked for: one slot too few, or one too many.
    """
    import jax

    def flipped(value: Any) -> Any:
        return not value if isinstance(value, bool) else value

    failed: Exception | None = None
    turned = (tuple(map(flipped, args)), {name: flipped(v) for name, v in kwargs.items()})
    for inputs, named in ((args, kwargs), turned):  # a batch norm can only start in training
        for first in (skip, skip - 1, skip + 1):
            try:
                return pair.init(jax.random.PRNGKey(7), *inputs[max(first, 0) :], **named)
            except Exception as error:
                failed = failed or error
    assert failed is not None
    raise failed


def caller() -> tuple[str, int]:
    """File and line of the nearest frame outside the verifier."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(errors.HERE):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)


def _bare(made: Any, pair: Pair) -> Any:
    """The pair as Haiku made it, without the watch."""
    return made._replace(init=pair.init, apply=pair.apply)


_ORIGINALS: dict[str, Any] = {}


def unwatched(name: str) -> Any:
    """Haiku's own `hk.<name>`, for roots that the verifier makes itself."""
    import haiku as hk

    return _ORIGINALS.get(name) or getattr(hk, name)


@contextlib.contextmanager
def watching(site: Any, source: str = "", follows: bool = False) -> Iterator[Watch]:
    """Watch what the code at `source` does with Haiku and Flax while the block runs.

    follows: the updates that the flagged Linen `apply` gives are to be known as numbers.
    """
    watch = Watch(site)
    watch.linen.follows = follows
    watch.linen.streams = linen.streams_in(source)
    with linen.watching(watch.linen, "flax" in source), _haiku(watch):
        yield watch


@contextlib.contextmanager
def _haiku(watch: Watch) -> Iterator[None]:
    """Replace `hk.transform*` while the block runs."""
    try:
        import haiku as hk
    except ImportError:
        yield
        return
    saved = {name: getattr(hk, name) for name in (*NAMES, *WITHOUT) if hasattr(hk, name)}
    _ORIGINALS.update(saved)
    try:
        for name, original in saved.items():
            make = watch.without if name in WITHOUT else watch.transform
            setattr(hk, name, make(name, original))
        yield
    finally:
        for name, original in saved.items():
            setattr(hk, name, original)
