"""Flax Linen under the bench: modules as roots, their calls watched, what silent hazards lose.

A Linen module is given the form of a Haiku pair, so that the same phases run it: `init(key, ...)`
gives `(params, state)`, the state being every other collection; `apply(params, state, key, ...)`
gives `(out, state)`, every collection being mutable.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jaxlint.verify import errors
from jaxlint.verify.guesses import Hole

SETTINGS = ("rngs", "mutable", "capture_intermediates")


STREAM = re.compile(r"make_rng\(\s*['\"](\w+)['\"]|rng_collection\s*=\s*['\"](\w+)['\"]")
STREAMS = re.compile(r"(?:split_rngs|rngs)\s*=\s*\{([^}]*)\}")


def streams_in(source: str) -> tuple[str, ...]:
    """The names of the random streams that the text of a file mentions."""
    found = ["".join(names) for names in STREAM.findall(source)]
    for inside in STREAMS.findall(source):
        found += re.findall(r"['\"](\w+)['\"]\s*:", inside)
    return tuple(dict.fromkeys(found))


def loaded() -> Any:
    """`flax.linen` if the code under test has imported it, else None."""
    return sys.modules.get("flax.linen")


def is_module(value: Any) -> bool:
    """Whether `value` is a Linen module class."""
    nn = loaded()
    return nn is not None and isinstance(value, type) and issubclass(value, nn.Module)


def for_functions(transform: Any, wrap: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`wrap` for the arguments of `transform`, its functions.

    A lifted transform takes modules too, for the functions to be called with: they are left alone.
    """
    if not (getattr(transform, "__module__", None) or "").startswith("flax"):
        return wrap
    return lambda value: value if is_module(type(value)) else wrap(value)


def keys(key: Any, streams: tuple[str, ...]) -> dict[str, Any]:
    """A key for each stream, all made from `key`."""
    import jax

    names = dict.fromkeys(("params", "dropout", *streams))
    return {name: jax.random.fold_in(key, i) for i, name in enumerate(names)}


class ModulePair:
    """A Linen module with the signatures of `hk.transform_with_state`."""

    def __init__(
        self, build: Callable[[], Any], method: Any = None, streams: tuple[str, ...] = ()
    ) -> None:
        self.build, self.streams = build, streams
        self.method = {} if method in (None, "__call__") else {"method": method}

    def init(self, key: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """`(params, other collections)`."""
        rngs = keys(key, self.streams)
        made = dict(unwatched("init")(self.build(), rngs, *args, **kwargs, **self.method))
        return made.pop("params", {}), made

    def apply(self, params: Any, state: Any, key: Any, *args: Any, **kwargs: Any) -> Any:
        """`(output, the collections afterwards)`."""
        rngs = {} if key is None else keys(key, self.streams)
        variables = {"params": params, **state} if params or state else {}
        out, new = unwatched("apply")(
            self.build(), variables, *args, rngs=rngs, mutable=True, **kwargs, **self.method
        )
        return out, {**state, **{name: v for name, v in dict(new).items() if name != "params"}}


@dataclass
class Call:
    """One `init` or `apply` of a module at top level, as the user made it."""

    what: str
    module: Any
    variables: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    executed: int = 0
    at_site: bool = False
    """The flagged expression is this call."""
    result: Any = None
    dropped: list[str] = field(default_factory=list)
    """What was sown and not kept."""

    @property
    def updated(self) -> bool:
        """Whether it was given variables and gave an output with updates."""
        if not isinstance(self.result, tuple) or len(self.result) != 2:
            return False
        return bool(self.variables) and isinstance(self.result[1], Mapping)

    @property
    def inputs(self) -> dict[str, Any]:
        """The keyword arguments that are the module's own."""
        return {k: v for k, v in self.kwargs.items() if k not in (*SETTINGS, "method")}


@dataclass
class Step:
    """One turn of the flagged `apply`: a collection as it was given, and as it came back."""

    collection: str
    before: list[Any]
    after: list[Any]


class Calls:
    """The record of a run's Linen calls."""

    def __init__(self, site: Any, streams: tuple[str, ...] = ()) -> None:
        self.site, self.streams = site, streams
        self.follows = False
        """Whether what the flagged `apply` updates is to be known as numbers, under `jit` too."""
        self.steps: list[Step] = []
        self.unkept: list[str] = []
        """What the flagged call of a bound module sowed and did not keep."""
        self.made: list[Call] = []
        self.leaks: list[tuple[str, BaseException]] = []
        self.open: list[Call] = []

    def entry(self, what: str, original: Any) -> Any:
        """`original`, `Module.init` or `Module.apply`, with its calls recorded."""

        @functools.wraps(original)
        def call(module: Any, variables: Any, *args: Any, **kwargs: Any) -> Any:
            if what == "apply":
                variables = self.filled(module, variables, args, kwargs)
            record = Call(what, module, variables, args, kwargs)
            record.at_site = bool(self.site.running)
            before = self.site.executed
            self.open.append(record)
            try:
                record.result = original(module, variables, *args, **kwargs)
            finally:
                self.open.pop()
                record.executed = self.site.executed - before
                if len(self.made) < 50:
                    self.made.append(record)
            if self.follows and record.at_site and what == "apply" and record.updated:
                self.follow(variables, record.result[1])
            if errors.clean_trace():
                leak = errors.force(record.result)
                if leak is not None:
                    self.leaks.append((f"the result of {what}", leak))
            return record.result

        return call

    def forget(self) -> None:
        """Begin anew: what ran before was another run."""
        import jax

        jax.effects_barrier()
        self.steps.clear()
        self.made.clear()
        self.unkept.clear()

    def follow(self, variables: Any, updates: Any) -> None:
        """Arrange that each turn's numbers are recorded when the program runs."""
        import jax
        import numpy as np

        for collection, new in dict(updates).items():
            old = dict(variables).get(collection)
            if collection == "params" or old is None:
                continue

            def record(before: Any, after: Any, collection: str = collection) -> None:
                numbers = [[np.array(leaf) for leaf in leaves] for leaves in (before, after)]
                self.steps.append(Step(collection, *numbers))

            leaves = jax.tree_util.tree_leaves(old), jax.tree_util.tree_leaves(new)
            if any(type(leaf).__name__ == "BatchTracer" for leaf in leaves[1]):
                continue  # rows are no steps
            jax.debug.callback(record, *leaves, ordered=False)

    def sow(self, original: Any) -> Any:
        """`Module.sow`, which says whether it kept the value."""

        @functools.wraps(original)
        def sown(module: Any, col: str, name: str, *args: Any, **kwargs: Any) -> Any:
            kept = original(module, col, name, *args, **kwargs)
            if not kept and (self.open or self.site.running):
                (self.open[-1].dropped if self.open else self.unkept).append(f"{col}/{name}")
            return kept

        return sown

    def filled(self, module: Any, variables: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """`variables` with its holes filled by the module's own `init` on the same inputs."""
        inside = variables.values() if isinstance(variables, dict) else [variables]
        if not any(isinstance(v, Hole) for v in inside):
            return variables
        named = {k: v for k, v in kwargs.items() if k not in SETTINGS}
        made = initialised(module, args, named, self.streams)
        if isinstance(variables, Hole):
            return made if variables.what == "variables" else made.get(variables.what, {})

        def part(name: str, value: Any) -> Any:
            if not isinstance(value, Hole):
                return value
            return made.get(value.what, made.get(name, {}))

        return {name: part(name, value) for name, value in variables.items()}


def initialised(module: Any, args: Any, kwargs: dict[str, Any], streams: tuple[str, ...]) -> Any:
    """The variables that `init` gives, in plain dicts; with flags turned when it fails as called.

    Raises what the call as written raises.
    """
    import jax

    def turned(value: Any) -> Any:
        return not value if isinstance(value, bool) else value

    rngs = keys(jax.random.PRNGKey(7), streams)
    try:
        return dict(unwatched("init")(module, rngs, *args, **kwargs))
    except Exception as error:
        with contextlib.suppress(Exception):
            named = {k: turned(v) for k, v in kwargs.items()}
            return dict(unwatched("init")(module, rngs, *map(turned, args), **named))
        raise error


_ORIGINALS: dict[str, Any] = {}


def unwatched(name: str) -> Any:
    """`flax.linen.Module`'s own method."""
    return _ORIGINALS.get(name) or getattr(loaded().Module, name)


@contextlib.contextmanager
def watching(calls: Calls, mentioned: bool) -> Iterator[None]:
    """Watch `Module.init`, `apply` and `sow` while the block runs, where Flax is `mentioned`."""
    if mentioned:
        with contextlib.suppress(ImportError):
            importlib.import_module("flax.linen")
    nn = loaded()
    if nn is None:
        yield
        return
    saved = {name: nn.Module.__dict__[name] for name in ("init", "apply", "sow")}
    _ORIGINALS.update(saved)
    try:
        for name, original in saved.items():
            made = calls.sow(original) if name == "sow" else calls.entry(name, original)
            setattr(nn.Module, name, made)
        yield
    finally:
        for name, original in saved.items():
            setattr(nn.Module, name, original)
