"""Run one transformed function in every way that can show its hazard.

In: a pair's `init` and `apply` as plain functions of `(key, ...)` and `(params, state, key, ...)`,
arguments, and the site. Out: exceptions and numbers, put into the evidence as they come. It stops
as soon as the judge has seen enough.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from jaxlint.finding import Finding, Hazard
from jaxlint.verify import errors, judge, rows, watch
from jaxlint.verify.model import DECISIVE, Evidence
from jaxlint.verify.site import Site

LEAK_CHECK_BELOW = 5.0
"""Seconds of CPU that the phases may have taken for the leak checker's run to be worth its time."""


class Enough(Exception):
    """The judge has seen enough: no further phase is needed."""


@dataclass
class Root:
    """A function to be run under a root, with its arguments.

    `function` is the user's; `kind` is `transform`, `transform_with_state` or one of the multi
    forms: the root under which the user runs it, or the general one when that is unknown.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    kind: str = "transform_with_state"
    rng_at_apply: bool = True
    at_site: bool = False
    """The flagged expression is the call that made this root: its errors are the finding's."""


class Bench:
    """Runs phases and writes what happens into `evidence`."""

    def __init__(
        self, finding: Finding, site: Site, evidence: Evidence, tell: Callable[[Evidence], None]
    ) -> None:
        self.finding = finding
        self.site = site
        self.evidence = evidence
        self.tell = tell
        self.user_path = os.path.abspath(finding.span.path)
        self.root_at_site = False
        self.asks_leak_checker = True
        """Whether `jax.checking_leaks` is still to be asked: once, and not of a fixed copy."""

    def phase(self, name: str, run: Callable[[], Any], *, force: bool = True) -> Any:
        """`run()`, its result's leaves forced; None after an error. Raises Enough."""
        raised = len(self.site.raised)
        try:
            result = run()
        except Exception as error:
            self.saw(error, name, inside=self.root_at_site or len(self.site.raised) > raised)
            return None
        leak = errors.force(result) if force and errors.clean_trace() else None
        if leak is not None:
            self.saw(leak, f"{name}, its result used")
        else:
            self.evidence.clean += 1
        return result

    def saw(self, error: BaseException, phase: str, *, inside: bool = False) -> None:
        """Record `error`; raises Enough when it settles the finding."""
        self.evidence.executed = max(self.evidence.executed, self.site.executed)
        self.evidence.errors.append(errors.seen(error, phase, inside=inside))
        self.blame()
        self.tell(self.evidence)
        self.settle()

    def unplaced(self) -> bool:
        """Whether a leak was seen that does not say where it was made."""
        return any(
            "UnexpectedTracerError" in e.classes and judge.unplaced(self.finding, e)
            for e in self.evidence.errors
        )

    def blame(self) -> None:
        """Once the checker objects inside the flagged callable: unplaced leaks were its own."""
        seen = self.evidence.errors
        if any("JaxUsageError" in e.classes and e.inside for e in seen):
            for index, one in enumerate(seen):
                if "UnexpectedTracerError" in one.classes and judge.unplaced(self.finding, one):
                    seen[index] = replace(one, inside=True)

    def settle(self) -> None:
        """Raise Enough when the evidence so far is decisive."""
        if judge.verdict(self.finding, self.evidence) in DECISIVE:
            raise Enough

    def exercise(self, root: Root) -> None:
        """All phases that suit the finding's hazard. Returns early when the finding is settled."""
        self.root_at_site = root.at_site and self.finding.hazard is Hazard.ERROR
        phases, start = _Phases(self, root), time.process_time()
        try:
            phases.run()
        except Enough:
            pass
        finally:
            self.root_at_site = False
        self.evidence.executed = max(self.evidence.executed, self.site.executed)
        cheap = time.process_time() - start < LEAK_CHECK_BELOW
        if self.finding.hazard is Hazard.LEAK and cheap and self.evidence.executed:
            self.ask_leak_checker(phases)
        self.tell(self.evidence)

    def ask_leak_checker(self, phases: _Phases) -> None:
        """Note what `jax.checking_leaks` says: supporting evidence, which confirms nothing."""
        if self.asks_leak_checker:
            self.asks_leak_checker = False
            said = phases.leak_checker()
            self.evidence.notes.append(f"jax.checking_leaks {said}")


class _Phases:
    def __init__(self, bench: Bench, root: Root) -> None:
        import haiku as hk
        import jax

        self.bench = bench
        self.root = root
        self.jax = jax
        self.hk = hk
        self.key = jax.random.PRNGKey(42)
        self.params: Any = {}
        self.state: Any = {}

    def run(self) -> None:
        """The phases that suit the hazard, cheapest first."""
        hazard = self.bench.finding.hazard
        self.bench.site.mode = "run"
        pair = self.pair(self.root.function)
        made = self.bench.phase("init", lambda: self.init(pair))
        self.sound(made)
        if self.bench.finding.code == "JAX104":
            self.missing(made)
        elif hazard is Hazard.SILENT:
            self.numbers()
        applied = self.bench.phase("apply", lambda: self.apply(pair))
        checked = hazard is Hazard.TOLERATED or self.bench.unplaced()
        if checked:
            self.contract()
        if hazard in (Hazard.LEAK, Hazard.ERROR):
            self.bench.phase("apply, second turn", lambda: self.apply(pair))
            self.bench.phase("init under jit", lambda: self.jitted_init())
            self.bench.phase("apply under jit", lambda: self.jitted_apply())
        if hazard is Hazard.LEAK:
            self.later()
        if hazard is Hazard.SILENT and self.bench.finding.code != "JAX104":
            self.compare(applied)
        if hazard is not Hazard.ERROR and not checked:
            self.contract()

    def pair(self, function: Callable[..., Any]) -> Any:
        """A new pair with the signature of `transform_with_state`, of the user's kind."""
        if self.root.kind == "transform":
            return self.hk.with_empty_state(watch.unwatched("transform")(function))
        return watch.unwatched("transform_with_state")(function)

    def init(self, pair: Any) -> Any:
        return pair.init(self.key, *self.root.args, **self.root.kwargs)

    def apply(self, pair: Any) -> Any:
        key = self.key if self.root.rng_at_apply else None
        return pair.apply(self.params, self.state, key, *self.root.args, **self.root.kwargs)

    def fresh(self) -> Any:
        """A new pair over a new function object, after JAX forgot its traces."""
        self.jax.clear_caches()

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

        self.jax.clear_caches()
        pair = self.pair(and_then)
        self.bench.phase("init, another key drawn afterwards", lambda: self.init(pair))
        self.bench.phase("apply, another key drawn afterwards", lambda: self.apply(pair))

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
            self.bench.phase("init under check_jax_usage", lambda: self.init(pair), force=False)
            self.bench.phase("apply under check_jax_usage", lambda: self.apply(pair), force=False)
        finally:
            site.mode = "run"
        if site.replaced == replaced:
            self.contract_of_root()

    def leak_checker(self) -> str:
        """What `jax.checking_leaks` says of `init` and `apply`, in words.

        It looks for whatever still holds a trace's tracers when the trace ends, so the site keeps
        no values meanwhile. Its errors are of class Exception and begin with "Leaked".
        """
        site = self.bench.site
        site.keeps, count, raised = False, site.executed, len(site.raised)
        try:
            with self.jax.checking_leaks():
                pair = self.pair(lambda *args, **kwargs: self.root.function(*args, **kwargs))
                self.init(pair)
                self.apply(pair)
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
            self.bench.phase("init under check_jax_usage", lambda: self.init(pair), force=False)
            self.bench.phase("apply under check_jax_usage", lambda: self.apply(pair), force=False)
        finally:
            self.hk.experimental.check_jax_usage(before)

    def missing(self, made: Any) -> None:
        """For an inner `init` not lifted: its parameters, looked for among the outer ones."""
        inner = [self.inner_names(v) for v in self.bench.site.values]
        names = set().union(*inner) if inner else set()
        outer = self.inner_names(made) if made is not None else set()
        lost = sorted(n for n in names if not any(o == n or o.endswith("/" + n) for o in outer))
        if lost:
            self.found(
                f"{len(lost)} of the inner parameters are not among the outer {len(outer)}:"
                f" {', '.join(lost[:3])}"
            )

    def inner_names(self, tree: Any) -> set[str]:
        """`module/name` of every array in the parameters (and state) that an `init` gave."""
        out: set[str] = set()
        for path, _ in self.jax.tree_util.tree_flatten_with_path(tree)[0]:
            keys = [str(p.key) for p in path if hasattr(p, "key")]
            if keys:
                out.add("/".join(keys))
        return out

    def numbers(self) -> None:
        """For a silent hazard of keys: which key each row or step drew."""
        site = self.bench.site
        site.mode = "rows"
        count = site.executed
        try:
            with rows.drawing() as store:
                self.apply(self.fresh())
            self.found(rows.shared(store))
        except Enough:
            raise
        except Exception as error:
            self.bench.evidence.notes.append(f"rows could not be told apart: {error}"[:300])
        finally:
            site.mode = "run"
            site.executed = max(count, site.executed)

    def compare(self, applied: Any) -> None:
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
        if applied is not None and replaced:
            self.found(difference(applied, reference))

    def found(self, sentence: str | None) -> None:
        """Record numbers that are wrong. Raises Enough."""
        if sentence:
            self.bench.evidence.numbers = sentence
            self.bench.evidence.executed = max(
                self.bench.evidence.executed, self.bench.site.executed
            )
            self.bench.tell(self.bench.evidence)
            self.bench.settle()


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
                return f"{name} {_few(x)}; with plain Python in the transform's place {_few(y)}"
    return None


def _few(array: Any) -> str:
    flat = array.ravel()[:3]
    numbers = ", ".join(f"{float(v):.4g}" for v in flat)
    return f"[{numbers}{', ...' if array.size > 3 else ''}]"
