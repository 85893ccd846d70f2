"""Run one transformed function in every way that can show its hazard.

In: a pair's `init` and `apply` as plain functions of `(key, ...)` and `(params, state, key, ...)`,
arguments, and the site. Out: exceptions and numbers, put into the evidence as they come. It stops
as soon as the judge has seen enough.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

from jaxlint.finding import Hazard
from jaxlint.verify import drops, errors, linen, rows, shares, watch
from jaxlint.verify.exercise import Bench, Enough, Root
from jaxlint.verify.trees import arrays_of, difference, split_arrays

UPDATED = ("JAX211", "JAX214")
"""The rules on updates that never arrive."""


class Phases:
    """One root's phases; parameters and state go from one to the next."""

    def __init__(self, bench: Bench, root: Root) -> None:
        import jax

        if root.kind != "linen":
            import haiku

            self.hk = haiku
        self.bench = bench
        self.root = root
        self.jax = jax
        self.key = jax.random.PRNGKey(42)
        self.params: Any = {}
        self.state: Any = {}
        self.first: Any = None
        self.made: Any = None
        """What the first `init` gave, tracers included."""
        self.inner: list[Any] = []
        """What the flagged expression gave meanwhile."""
        self.applied: Any = None
        self.reached = False
        """Whether a phase has run the flagged code."""
        self.shown = False
        self.done = False
        bench.site.renewed = bench.site.kept = 0

    def run(self) -> None:
        """The phases that suit the hazard, cheapest first."""
        self.bench.site.mode = "run"
        for step in self.steps():
            step()
            if self.done:
                return

    def steps(self) -> Iterator[Callable[[], Any]]:
        """What to do, in order."""
        hazard, code = self.bench.finding.hazard, self.bench.finding.code
        yield self.first_init
        if code == "JAX104":
            yield self.missing
        elif hazard is Hazard.SILENT:
            yield self.numbers
            if self.root.kind == "linen":
                if code in UPDATED:
                    yield self.updates
                elif code == "JAX223":
                    yield self.shared
        yield self.first_apply
        checked = hazard is Hazard.TOLERATED or self.bench.unplaced()
        if checked:
            yield self.contract
        if hazard in (Hazard.LEAK, Hazard.ERROR):
            pair = self.first
            yield lambda: self.phase("apply, second turn", lambda: self.apply(pair))
            yield lambda: self.phase("init under jit", self.jitted_init)
            yield lambda: self.phase("apply under jit", self.jitted_apply)
        if hazard is Hazard.LEAK and self.root.kind != "linen":
            yield self.later
        if hazard is Hazard.SILENT and code != "JAX104":
            yield self.compare
        if hazard is not Hazard.ERROR and not checked and not self.bench.fixed:
            yield self.contract

    def phase(self, name: str, run: Callable[[], Any], *, force: bool = True) -> Any:
        """A phase of the bench, again after JAX forgot its traces when one hid the flagged code.

        Once `until` is done, and `apply` too, the other phases have nothing to add.
        """
        site = self.bench.site
        count = site.executed
        result = self.bench.phase(name, run, force=force)
        if site.executed > count:
            self.reached = True
        elif self.reached and result is not None and self.bench.renews():
            self.jax.clear_caches()
            result = self.bench.phase(name, run, force=force)
        if name == self.bench.until or (self.shown and name == "apply"):
            self.shown, self.done = True, name != "init"
        return result

    def forget(self) -> None:
        """Make sure that the flagged code is traced anew."""
        if not self.bench.renews():
            self.jax.clear_caches()

    def first_init(self) -> None:
        self.bench.site.values.clear()
        self.first = self.pair(self.root.function)
        self.made = self.phase("init", lambda: self.init(self.first))
        self.inner = list(self.bench.site.values)
        self.sound(self.made)

    def first_apply(self) -> None:
        self.applied = self.phase("apply", lambda: self.apply(self.first))

    def pair(self, function: Callable[..., Any]) -> Any:
        """A new pair with the signature of `transform_with_state`, of the user's kind."""
        return pair_of(function, self.root.kind, self.root.method, self.root.streams)

    def init(self, pair: Any) -> Any:
        return pair.init(self.key, *self.root.args, **self.root.kwargs)

    def apply(self, pair: Any) -> Any:
        key = self.key if self.root.rng_at_apply else None
        return pair.apply(self.params, self.state, key, *self.root.args, **self.root.kwargs)

    def fresh(self) -> Any:
        """A new pair over a new function object, its flagged code to be traced anew."""
        self.forget()

        def function(*args: Any, **kwargs: Any) -> Any:
            return self.root.function(*args, **kwargs)

        return self.pair(function)

    def sound(self, made: Any) -> None:
        """Parameters and state for `apply` that hold no tracer."""
        site, bench = self.bench.site, self.bench
        if made is not None and not errors.tracers(made):
            self.params, self.state = made
            return
        count = site.executed
        site.mode = "control"
        try:
            self.params, self.state = self.init(self.fresh())
            if errors.tracers((self.params, self.state)):
                raise ValueError("the plain equivalent leaks too")
            bench.evidence.notes.append("without the flagged transform, init is sound")
        except Exception:
            site.mode = "run"
            self.params, self.state = self.by_shape(made)
        finally:
            site.mode = "run"
            site.executed = count

    def by_shape(self, made: Any) -> Any:
        """Random parameters and state of the right shapes, when no sound `init` can be had."""
        if made is not None:
            return errors.materialise(made)
        pair = self.fresh()
        arrays, rebuild = split_arrays((self.root.args, self.root.kwargs))

        def init(leaves: Any) -> Any:
            args, kwargs = rebuild(leaves)
            return pair.init(self.key, *args, **kwargs)

        try:
            return errors.materialise(self.jax.eval_shape(init, arrays))
        except Exception:
            return {}, {}

    def jitted_init(self) -> Any:
        pair = self.fresh()
        arrays, rebuild = split_arrays((self.root.args, self.root.kwargs))

        def init(key: Any, leaves: Any) -> Any:
            args, kwargs = rebuild(leaves)
            return pair.init(key, *args, **kwargs)

        return self.jax.jit(init)(self.key, arrays)

    def jitted_apply(self) -> Any:
        pair = self.fresh()
        arrays, rebuild = split_arrays((self.root.args, self.root.kwargs))
        key = self.key if self.root.rng_at_apply else None

        def apply(params: Any, state: Any, leaves: Any) -> Any:
            args, kwargs = rebuild(leaves)
            out, new = pair.apply(params, state, key, *args, **kwargs)
            return arrays_of(out), new

        return self.jax.jit(apply)(self.params, self.state, arrays)

    def later(self) -> None:
        """The same root, drawing a key and reading state after the flagged code has run."""
        hk, function = self.hk, self.root.function

        def and_then(*args: Any, **kwargs: Any) -> Any:
            out = function(*args, **kwargs)
            key = hk.maybe_next_rng_key()
            return out, None if key is None else self.jax.random.uniform(key, (2,))

        self.forget()
        pair = self.pair(and_then)
        self.phase("init, another key drawn afterwards", lambda: self.init(pair))
        self.phase("apply, another key drawn afterwards", lambda: self.apply(pair))

    def contract(self) -> None:
        """What Haiku's own checker says: of the flagged callable alone, then of the whole root.

        An objection inside the flagged callable also tells whose leak it was, where the leaked
        tracer itself (of `vmap` or `grad`) does not say where it was made.
        """
        site = self.bench.site
        site.mode = "check"
        replaced = site.replaced
        try:
            pair = self.fresh()
            self.phase("init under check_jax_usage", lambda: self.init(pair), force=False)
            self.phase("apply under check_jax_usage", lambda: self.apply(pair), force=False)
        finally:
            site.mode = "run"
        if site.replaced == replaced and self.root.kind != "linen":
            self.contract_of_root()

    def leak_checker(self) -> str:
        """What `jax.checking_leaks` says of `init` and `apply`, in words.

        It looks for whatever still holds a trace's tracers when the trace ends, so the site keeps
        no values meanwhile, and nothing is computed: tracing is enough. Its errors are of class
        Exception and begin with "Leaked".
        """
        site = self.bench.site
        site.keeps, count, raised = False, site.executed, len(site.raised)
        arrays, rebuild = split_arrays((self.root.args, self.root.kwargs))

        def both(key: Any, params: Any, state: Any, leaves: Any) -> Any:
            args, kwargs = rebuild(leaves)
            pair = self.pair(lambda *args, **kwargs: self.root.function(*args, **kwargs))
            pair.init(key, *args, **kwargs)
            keys = (key,) if self.root.rng_at_apply else (None,)
            return arrays_of(pair.apply(params, state, *keys, *args, **kwargs))

        gc.freeze()  # its message looks for referrers among all objects: spare it the old ones
        try:
            with self.jax.checking_leaks():
                self.jax.eval_shape(both, self.key, self.params, self.state, arrays)
        except Exception as error:
            text = " ".join(str(error).split())[:300]
            objects = text.startswith("Leaked") or "UnexpectedTracerError" in type(error).__name__
            return f"objects: {text}" if objects else f"could not be asked: {text}"
        finally:
            site.keeps, site.executed = True, count
            del site.raised[raised:]
        return "has no objection"

    def contract_of_root(self) -> None:
        """The checker over the whole root, for a flagged expression that takes no callable."""
        before = self.hk.experimental.check_jax_usage(True)
        try:
            pair = self.fresh()
            self.phase("init under check_jax_usage", lambda: self.init(pair), force=False)
            self.phase("apply under check_jax_usage", lambda: self.apply(pair), force=False)
        finally:
            self.hk.experimental.check_jax_usage(before)

    def missing(self) -> None:
        """For an inner `init` not lifted: its parameters, looked for among the outer ones."""
        made = self.made
        inner = [pair for value in self.inner for pair in self.named_arrays(value)]
        outer = self.named_arrays(made)
        lost = sorted(
            {n for n, a in inner if not any(_last(o, n) and _alike(a, b) for o, b in outer)}
        )
        if lost:
            self.bench.found(
                f"{len(lost)} of the inner parameters are not among the outer {len(outer)}:"
                f" {', '.join(lost[:3])}"
            )

    def named_arrays(self, tree: Any) -> list[tuple[str, Any]]:
        """`module/name` and array of all in the parameters (and state) that an `init` gave."""
        out = []
        for path, leaf in self.jax.tree_util.tree_flatten_with_path(tree)[0]:
            keys = [str(p.key) for p in path if hasattr(p, "key")]
            if keys:
                out.append(("/".join(keys), leaf))
        return out

    def numbers(self) -> None:
        """For a silent hazard of keys: which key each row or step drew."""
        site = self.bench.site
        site.mode = "rows"
        count = site.executed
        try:
            with rows.drawing() as store:
                self.apply(self.fresh())
            self.bench.found(rows.shared(store))
        except Enough:
            raise
        except Exception as error:
            self.bench.evidence.notes.append(f"rows could not be told apart: {error}"[:300])
        finally:
            site.mode = "run"
            site.executed = max(count, site.executed)

    def shared(self) -> None:
        """For two compact methods: which arrays both of them take for their own."""
        with shares.taking() as store:
            self.apply(self.fresh())
        self.bench.found(shares.sentence(store, self.bench.finding.span))

    def updates(self) -> None:
        """For a silent hazard of Linen's variables: what was put, and what is there afterwards."""
        try:
            with drops.updating(self.bench.runs_flagged) as store:
                _, state = self.apply(self.fresh())
        except Exception as error:
            self.bench.evidence.notes.append(f"updates could not be watched: {error}"[:300])
            return
        self.bench.found(drops.lost(store, state))

    def compare(self) -> None:
        """For any silent hazard: the same call with plain Python in the transform's place."""
        site = self.bench.site
        site.mode = "control"
        count = site.executed
        try:
            reference = self.apply(self.fresh())
        except Exception as error:
            self.bench.evidence.notes.append(f"no plain equivalent to compare with: {error}"[:300])
            return
        finally:
            site.mode = "run"
            replaced, site.replaced = site.replaced, 0
            site.executed = count
        if self.applied is not None and replaced:
            self.bench.found(difference(self.applied, reference))


def pair_of(
    function: Callable[..., Any], kind: str, method: Any = None, streams: tuple[str, ...] = ()
) -> Any:
    """A pair with the signature of `transform_with_state`, of the kind of `Root`."""
    if kind == "linen":
        return linen.ModulePair(function, method, streams)
    if kind == "transform":
        import haiku as hk

        return hk.with_empty_state(watch.unwatched("transform")(function))
    return watch.unwatched("transform_with_state")(function)


def _last(name: str, end: str) -> bool:
    """Whether the parameter `name` is `end`, or `end` below another module."""
    return name == end or name.endswith("/" + end)


def _alike(one: Any, two: Any) -> bool:
    """Whether two arrays may be one: two layers can have one name and shape, not one's numbers."""
    import numpy as np

    if errors.tracers((one, two)):
        return True
    return np.shape(one) == np.shape(two) and np.array_equal(np.asarray(one), np.asarray(two))
