"""Run programs with jax and haiku, and say what happened: `python run_programs.py FILE`.

FILE holds JSON: {name: source}. A source defines `model`, a pair, and `inputs`, a tuple. Printed is
JSON: for each name the errors seen ("init: ValueError", "check: JaxUsageError"), the sum of what
apply returns, whether its first array has equal rows, whether apply does without a key, and the
shapes of the parameters.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import haiku as hk
import jax
import numpy as np


def run(source: str) -> dict[str, Any]:
    """What the program's model does in init and apply, and under Haiku's own check."""
    names: dict[str, Any] = {}
    exec(compile(source, "program.py", "exec"), names)
    model, inputs = names["model"], names["inputs"]
    errors: list[str] = []
    key = jax.random.PRNGKey(0)

    def attempt(what: str, call: Callable[[], Any]) -> Any:
        try:
            result = call()
            for leaf in jax.tree.leaves(result):
                np.asarray(leaf + 0)  # a leaked tracer raises when it is used
            return result
        except Exception as error:
            errors.append(f"{what}: {type(error).__name__}")
            return None

    variables = attempt("init", lambda: model.init(key, *inputs))
    if variables is None:
        return {"errors": errors, "out": None, "equal": None, "keyless": None, "shapes": None}
    out = attempt("apply", lambda: model.apply(*variables, key, *inputs))
    attempt("jitted", lambda: jax.jit(model.apply)(*variables, key, *inputs))
    with checked():
        attempt("check", lambda: model.apply(*variables, key, *inputs))
    failed = len(errors)
    attempt("keyless", lambda: model.apply(*variables, None, *inputs))
    keyless = len(errors) == failed
    del errors[failed:]
    first = None if out is None else np.asarray(jax.tree.leaves(out[0])[0])
    return {
        "errors": errors,
        "out": None if out is None else sum(float(np.sum(v)) for v in jax.tree.leaves(out[0])),
        "equal": None if first is None or not first.ndim else bool(np.all(first == first[:1])),
        "keyless": keyless,
        "shapes": sorted(
            f"{module}/{name} {list(np.shape(value))}"
            for module, values in variables[0].items()
            for name, value in values.items()
        ),
    }


@contextmanager
def checked() -> Iterator[None]:
    """With Haiku's own check for raw transforms over its effects."""
    hk.experimental.check_jax_usage(True)
    try:
        yield
    finally:
        hk.experimental.check_jax_usage(False)


if __name__ == "__main__":
    jax.config.update("jax_disable_most_optimizations", True)
    with open(sys.argv[1], encoding="utf-8") as file:
        programs = json.load(file)
    print(json.dumps({name: run(source) for name, source in programs.items()}))
