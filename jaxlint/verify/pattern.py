"""Last resort: the finding's transform over its effect, in a program of the verifier's own."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from jaxlint.finding import Hazard
from jaxlint.verify.exercise import Bench, Root
from jaxlint.verify.loader import UserCode
from jaxlint.verify.model import Seen

PATTERNS = "JAX1"
"""The rules whose effects the pattern's own function has: those of Haiku."""


def find(dotted: str) -> Any:
    """The object called `dotted`, such as `jax.lax.scan`, or None."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            value = getattr(value, part, None)
        return value
    return None


def effect(kinds: list[str]) -> Callable[[Any], Any]:
    """A function of one array with the effects `kinds` (the words of DESIGN: param, rng, ...)."""
    import haiku as hk
    import jax
    import jax.numpy as jnp

    def body(x: Any) -> Any:
        out = x
        if "param" in kinds or not kinds:
            out = out * jnp.sum(hk.get_parameter("w", (3,), init=hk.initializers.Constant(2.0)))
        if "rng" in kinds:
            out = out + jax.random.normal(hk.next_rng_key(), jnp.shape(x))
        if "state-write" in kinds or "state-read" in kinds or "state-create" in kinds:
            count = hk.get_state("count", (), init=jnp.zeros)
            if "state-write" in kinds:
                hk.set_state("count", count + jnp.sum(x))
            out = out + count
        return out

    return body


def program(transform: Any, name: str, body: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function of one array in which `transform` is applied to `body`."""
    import jax.numpy as jnp

    last = name.rpartition(".")[2]
    call_forms: dict[str, Callable[[Any], Any]] = {
        "scan": lambda x: transform(lambda c, _: (body(c), None), x, None, 2),
        "map": lambda x: transform(body, x),
        "fori_loop": lambda x: transform(0, 2, lambda _, c: body(c), x),
        "while_loop": lambda x: transform(
            lambda c: c[0] < 2, lambda c: (c[0] + 1, body(c[1])), (0, x)
        ),
        "cond": lambda x: transform(jnp.sum(x) > 0, body, body, x),
        "switch": lambda x: transform(0, [body, body], x),
        "eval_shape": lambda x: transform(body, x),
        "jvp": lambda x: transform(body, (x,), (x,)),
        "vjp": lambda x: transform(body, x)[0],
        "linearize": lambda x: transform(body, x)[0],
    }
    if last in call_forms:
        return call_forms[last]
    if last in ("grad", "value_and_grad", "hessian", "jacfwd", "jacrev"):
        return lambda x: transform(lambda y: jnp.sum(body(y)))(x)
    return lambda x: transform(body)(x)


def run_pattern(bench: Bench, user: UserCode) -> None:
    """Exercise the bare pattern, when the finding's facts name a transform. Raises Enough."""
    import numpy as np

    facts = bench.finding.facts
    if facts.get("removed"):
        _ask_for(bench, user, str(facts["removed"]))
        return
    name = str(facts.get("transform") or "")
    transform = find(name) if name and bench.finding.code.startswith(PATTERNS) else None
    if transform is None or bench.finding.hazard is Hazard.ERROR:
        bench.evidence.problem = "inputs"
        bench.evidence.message = "no bare pattern for this rule"
        return
    kinds = [str(e) for e in facts.get("effects") or []]
    body = effect(kinds)
    raw_program = program(transform, name, body)

    def run(x: Any) -> Any:
        if bench.finding.hazard is Hazard.TOLERATED:
            body(x)  # what is tolerated is the use of parameters that exist already
        return raw_program(x)

    bench.evidence.ran = f"{name} over {', '.join(kinds) or 'a parameter'}: the bare pattern"
    user.site.executed = 0
    raw = bench.evidence.errors
    bench.exercise(Root(run, (np.arange(3.0, dtype=np.float32),)))
    # The pattern has no flagged line: what it raised belongs to it.
    bench.evidence.errors = [_owned(e) for e in raw]


def _ask_for(bench: Bench, user: UserCode, dotted: str) -> None:
    """Ask for a name that is said to be gone, in the way in which the flagged line does."""
    owner, _, last = dotted.rpartition(".")
    exception = bench.finding.exception
    program = f"import {owner}\n{dotted}\n"
    if exception == "ImportError":
        program = f"from {owner} import {last}\n"
    elif exception == "ModuleNotFoundError":
        program = f"import {dotted}\n"
    bench.evidence.ran, bench.evidence.program = f"{dotted}, asked for by itself", program
    user.site.executed = 1
    try:
        exec(compile(program, "<pattern>", "exec"), {})
    except (ImportError, AttributeError) as error:
        bench.saw(error, "pattern", inside=True)
    else:
        bench.evidence.clean += 1


def _owned(seen: Seen) -> Seen:
    from dataclasses import replace

    return replace(seen, inside=True)
