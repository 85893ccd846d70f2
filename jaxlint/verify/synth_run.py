"""Run the function or class around the flagged line with guessed inputs."""

from __future__ import annotations

import ast
from typing import Any

from jaxlint.verify import errors, guesses, judge, losses, own_calls, script, search
from jaxlint.verify import watch as watching
from jaxlint.verify.conditions import guards
from jaxlint.verify.exercise import Enough, Root
from jaxlint.verify.guesses import Guess
from jaxlint.verify.model import DECISIVE, Seen
from jaxlint.verify.phases import pair_of
from jaxlint.verify.targets import Target, Targets
from jaxlint.verify.trees import split_arrays

CONCRETE = (
    "ConcretizationTypeError",
    "TracerBoolConversionError",
    "TracerIntegerConversionError",
    "TracerArrayConversionError",
    "NonConcreteBooleanIndexError",
)


def asked(inputs: dict[str, Guess]) -> dict[str, Guess]:
    """The inputs that a person can give: what a pair's own `init` makes is not asked for."""
    return {n: g for n, g in inputs.items() if not isinstance(g, guesses.FromInit)}


def _stores(node: ast.AST | None) -> bool:
    """Whether the function may keep something without returning it, such as on `self`."""
    return node is not None and any(
        isinstance(part, (ast.Global, ast.Nonlocal))
        or (isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store))
        for part in ast.walk(node)
    )


class Synthesis(Targets):
    """All targets of one loaded file, tried in order until the finding is settled."""

    def run(self) -> None:
        """Raises Enough when the finding is settled."""
        self.tried: list[str] = []
        self.help = ""
        any_target = False
        for target in self.targets():
            any_target = True
            self.attempt(target)
        evidence = self.bench.evidence
        if not any_target:
            evidence.problem = "inputs"
            evidence.message = "nothing around the flagged line can be called from outside"
        elif not evidence.executed and self.tried:
            evidence.problem = "inputs"
            last = evidence.errors[-1].message if evidence.errors else "not reached"
            evidence.message = f"tried {len(self.tried)} inputs, last {self.tried[-1]}: {last}"
            evidence.notes += [f"tried {t}" for t in self.tried[-12:]]
            evidence.notes.append(f"help: --inputs '{self.help}'")

    def attempt(self, target: Target) -> None:
        """Search inputs for `target`, then exercise it. Raises Enough when that settles it."""
        site = self.user.site
        executed = site.executed
        self.try_target(target)
        if site.executed == executed and not self.flips:
            asked = guards(self.tree, self.bench.finding.span.line)
            self.flips = {name: guesses.Value(value) for name, value in asked.items()}
            try:
                if self.flips:
                    self.try_target(target)
            finally:
                self.flips = {}

    def try_target(self, target: Target) -> None:
        """One attempt. Raises Enough."""
        import jax

        first = self.guesses_for(target)
        before = len(self.seen.pairs)
        site = self.user.site
        executed, site.renewed, site.kept = site.executed, 0, 0
        found = self.search(target, first)
        site.executed = executed
        if self.user.others or self.seen.linen.follows or not self.bench.renews():
            jax.clear_caches()  # a body traced during the search would be taken from the cache
        if found is None:
            return
        self.bench.evidence.ran = f"{target.name}({guesses.describe(found)})"
        self.bench.evidence.program = script.synthesised(
            self.user, self.bench.evidence.level, target, found, self.constructed
        )
        args, kwargs = self.arguments(target, found)
        if target.under_root:
            self.bench.exercise(
                Root(
                    target.call,
                    args,
                    kwargs,
                    target.kind,
                    target.takes_rng,
                    target.at_site,
                    target.method,
                    self.seen.linen.streams,
                )
            )
        else:
            self.seen.linen.forget()
            result = self.bench.phase(target.name, lambda: target.call(*args, **kwargs))
            if self.seen.linen.follows:
                returned = None if _stores(target.node) else result
                self.bench.found(losses.kept_nowhere(self.seen.linen, returned))
            own_calls.two_parts(self.bench)
            own_calls.replay(self.bench, self.seen, before)
            if site.executed and not self.seen.linen.follows:
                own_calls.replay_linen(self.bench, self.seen)
            names = self.names()
            for pair in self.seen.pairs[before:]:
                if pair.kind.startswith("multi"):
                    for each in self.multi_targets(pair):
                        self.attempt(each)
                    continue
                inner = self.pair_target(pair, names)
                if inner is not None and not pair.calls:
                    self.attempt(inner)
        if judge.verdict(self.bench.finding, self.bench.evidence) in DECISIVE:
            raise Enough

    def arguments(
        self, target: Target, found: dict[str, Guess]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        built: dict[str, Any] = {}
        for index, (name, part) in enumerate(found.items()):
            if isinstance(part, guesses.Made) and target.under_root:
                import jax

                pair = watching.unwatched("transform_with_state")(part.make)
                key = jax.random.PRNGKey(0)
                built[name] = pair.apply(*pair.init(key), key)[0]
            else:
                built[name] = part.build(index)
        star = (built.pop("*args"),) if "*args" in built else ()
        keyword_only = {p.name for p in target.parameters if p.kind is p.KEYWORD_ONLY}
        ordered = [p.name for p in target.parameters if p.name in built]
        positional: list[Any] = []
        kwargs: dict[str, Any] = {}
        gap = False
        for p in target.parameters:
            if p.name not in built:
                gap = True
            elif p.name in keyword_only or gap:
                kwargs[p.name] = built[p.name]
            else:
                positional.append(built[p.name])
        del ordered
        return (*positional, *star), kwargs

    def search(self, target: Target, first: dict[str, Guess]) -> dict[str, Guess] | None:
        """Inputs that the target accepts (or that already show the hazard), or None."""
        agenda: list[dict[str, Guess]] = [first]
        done: set[str] = set()
        known: set[tuple[str, tuple[tuple[str, int, str], ...]]] = set()
        last: Seen | None = None
        while agenda and len(done) < search.MAX_TRIES:
            now = agenda.pop(0)
            text = guesses.describe(now)
            if text in done:
                continue
            done.add(text)
            seen = self.try_inputs(target, now)
            self.tried.append(f"{target.name}({text})")
            self.help = self.help or guesses.describe(asked(now))
            if seen is None:
                return now
            place = (seen.message, seen.frames)  # two inputs can be wrong in the same words
            if place not in known:
                known.add(place)
                better = [dict(b) for b in search.improvements(now, seen)]
                agenda = better + agenda
            last = seen
        if last is not None:
            self.bench.evidence.errors.append(last)
        return None

    def try_inputs(self, target: Target, now: dict[str, Guess]) -> Seen | None:
        """None when the inputs will do; else the error.

        Under a root by abstract evaluation, without compiling; a plain function is simply called,
        since tracing it could leave tracers in its caches.
        """
        import jax

        site = self.user.site
        count = len(site.raised)
        try:
            args, kwargs = self.arguments(target, now)
            if not target.under_root:
                target.call(*args, **kwargs)
                return None
            arrays, rebuild = split_arrays((args, kwargs))

            def run(key: Any, leaves: Any) -> Any:
                a, k = rebuild(leaves)
                kind = "linen" if target.kind == "linen" else "transform_with_state"
                pair = pair_of(target.call, kind, target.method, self.seen.linen.streams)
                pair.init(key, *a, **k)
                return 0

            jax.eval_shape(run, jax.random.PRNGKey(0), arrays)
        except (Exception, SystemExit) as error:
            seen = errors.seen(error, "search", inside=len(site.raised) > count)
            if any(c in seen.classes for c in CONCRETE):
                return None
            finding = self.bench.finding
            if site.executed and (
                judge.matches(finding, seen) or "UnexpectedTracerError" in seen.classes
            ):
                return None
            return seen
        return None
