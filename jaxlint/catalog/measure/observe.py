"""Run one effect under one transform and say what happens. Child process only.

How: init and apply, eagerly, with fresh function objects (JAX caches traces by function identity)
and, for apply, sound parameters from a program without the transform; then every leaf of what came
back is converted, since a leaked tracer raises only when it is used; then the same with a later use
of the effect in the same trace; then under `jax.jit`; then under Haiku's own `check_jax_usage`.
What the API does to the same body without the effect is no Haiku result and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np

from jaxlint.catalog.measure.effects import EFFECTS, Effect
from jaxlint.catalog.measure.example import Example

LEAKS = frozenset({"UnexpectedTracerError", "TracerArrayConversionError"})
PHASES = ("init", "apply")


@dataclass(frozen=True)
class Outcome:
    """What one run gave: its value, or the name of the exception and where it came."""

    value: Any = None
    error: str | None = None
    where: str = ""

    @property
    def leaked(self) -> bool:
        """Whether a tracer got out."""
        return self.error in LEAKS


@dataclass(frozen=True)
class Observation:
    """The hazard of a cell (None: the API refuses the body without the effect as well) and why."""

    hazard: str | None
    evidence: str


def _key() -> Any:
    return jax.random.PRNGKey(0)


def _rows() -> Any:
    return jnp.ones((2, 3))


@cache
def _sound(name: str) -> tuple[Any, Any]:
    """Parameters and state of effect `name` from a program that has no transform in it."""
    effect = EFFECTS[name]
    program = hk.transform_with_state(lambda x: effect.body(effect.prepare(), x[0]))
    params, state = program.init(_key(), _rows())
    return params, state


@contextmanager
def _usage_checked() -> Iterator[None]:
    before = hk.experimental.check_jax_usage(True)
    try:
        yield
    finally:
        hk.experimental.check_jax_usage(before)


def _attempt(run: Callable[[], Any], passed: list[bool]) -> Outcome:
    """Run, then touch every leaf. The program fills `passed` once the transform is behind it."""
    try:
        value = run()
        jax.effects_barrier()
    except Exception as error:
        return Outcome(error=type(error).__name__, where="later use" if passed else "call")
    try:
        touched = jax.tree.map(np.asarray, value)
    except Exception as error:
        return Outcome(error=type(error).__name__, where="returned value")
    return Outcome(touched)


def run(
    example: Example, name: str, phase: str, *, later: bool = False, jit: bool = False
) -> Outcome:
    """One run of effect `name` under `example`."""
    effect = EFFECTS[name]
    passed: list[bool] = []

    def network(x: Any) -> Any:
        prepared = effect.prepare()
        out = example(lambda v: effect.body(prepared, v), x)
        passed.append(True)
        if later and effect.again is not None:
            return out, effect.again(prepared)
        return out

    program = hk.transform_with_state(network)
    wrap = jax.jit if jit else lambda function: function
    example.recorded.clear()
    with example.surroundings():
        if phase == "init":
            return _attempt(lambda: wrap(program.init)(_key(), _rows()), passed)
        params, state = _sound(name)
        return _attempt(lambda: wrap(program.apply)(params, state, _key(), _rows()), passed)


def refuses(example: Example, effect: Effect, *, jit: bool = False) -> str | None:
    """The exception that `example` raises over the body without the effect, or None."""
    wrap = jax.jit if jit else lambda function: function
    with example.surroundings():
        outcome = _attempt(
            lambda: wrap(lambda x: example(lambda v: effect.pure(v), x))(_rows()), [True]
        )
    return outcome.error


def _silently_wrong(example: Example, name: str, runs: int, outcome: Outcome) -> str | None:
    """What is wrong with the numbers of an apply that raised nothing; None if nothing is."""
    effect = EFFECTS[name]
    out, state = outcome.value
    if effect.draws and runs > 1:
        rows = np.stack(example.recorded) if example.recorded else np.asarray(out)
        if rows.size % runs == 0:
            rows = rows.reshape(runs, -1)
            if (rows == rows[0]).all():
                return f"the same numbers in all of {runs} runs"
    before = _sound(name)[1]
    if runs == 0 and not _same(before, state):
        return "the state is written although the body does not run"
    if effect.counts:
        steps = float(np.max(state["~"]["s"] - before["~"]["s"]))
        if steps != runs:
            return f"the counter goes up by {steps:g} in {runs} runs"
    return None


def _same(before: Any, after: Any) -> bool:
    same = jax.tree.map(lambda a, b: bool(np.array_equal(a, b)), before, after)
    return all(jax.tree.leaves(same))


class Bench:
    """Measures the effects under one example, remembering what the API itself refuses."""

    def __init__(self, example: Example, runs: int, counted: bool) -> None:
        """`runs`: the body's runs in plain Python; `counted`: whether that number must hold."""
        self._example = example
        self._runs = runs
        self._counted = counted
        self._refusals: dict[tuple[Any, bool], str | None] = {}

    def observe(self, name: str, phase: str) -> Observation:
        """The hazard of effect `name` in `phase`."""
        example, effect = self._example, EFFECTS[name]
        refused = self._refuses(effect, jit=False)
        if refused is not None:
            return Observation(None, f"{refused} without the effect")
        plain = run(example, name, phase)
        if plain.error is not None:
            return _raised(plain)
        wrong = None
        if phase == "apply" and self._counted:
            wrong = _silently_wrong(example, name, self._runs, plain)
        if effect.again is not None:
            again = run(example, name, phase, later=True)
            if again.error is not None:
                return _raised(again)
        if wrong is not None:
            return Observation("silent", wrong)
        return self._under_jit(name, phase) or self._under_check(name, phase)

    def _refuses(self, effect: Effect, jit: bool) -> str | None:
        key = (effect.pure.__code__, jit)
        if key not in self._refusals:
            self._refusals[key] = refuses(self._example, effect, jit=jit)
        return self._refusals[key]

    def _under_jit(self, name: str, phase: str) -> Observation | None:
        if self._refuses(EFFECTS[name], jit=True) is not None:
            return None
        outcome = run(self._example, name, phase, later=True, jit=True)
        if outcome.leaked:
            return Observation("leak-under-jit", f"{outcome.error} under jit({phase})")
        if outcome.error is not None:
            return Observation(f"error-under-jit:{outcome.error}", f"under jit({phase})")
        return None

    def _under_check(self, name: str, phase: str) -> Observation:
        with _usage_checked():
            outcome = run(self._example, name, phase)
        if outcome.error == "JaxUsageError":
            return Observation("tolerated", "JaxUsageError under check_jax_usage")
        return Observation("ok", "")


def _raised(outcome: Outcome) -> Observation:
    evidence = f"{outcome.error} at the {outcome.where}"
    if not outcome.leaked:
        return Observation(f"error:{outcome.error}", evidence)
    return Observation("leak-at-call" if outcome.where == "call" else "leak", evidence)
