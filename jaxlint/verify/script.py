"""The run of one finding as a program that a person can read, copy and run (`--show N`).

It holds what decided the run: the import, the made-up inputs, the root, the calls. What the
verifier does beyond that (the counter, the checkers, the fence) is left out.
"""

from __future__ import annotations

from typing import Any

from jaxlint.verify.guesses import Guess, Hole
from jaxlint.verify.loader import UserCode
from jaxlint.verify.model import Level
from jaxlint.verify.targets import Target

IMPORTS = ["import haiku as hk", "import jax", "import jax.numpy as jnp", "import numpy as np"]
FORCE = "jax.tree_util.tree_map(lambda leaf: leaf + 0, {what})  # a leaked tracer raises when used"


def opening(user: UserCode, level: str) -> list[str]:
    """The lines that import the file; of a slice, a word on what was imported instead."""
    name = getattr(user.main, "__name__", user.name)
    lines = ["import sys", "", *IMPORTS, "", f"sys.path.insert(0, {user.folder!r})"]
    if level == Level.SLICE.value:
        lines.append("# The file cannot be imported: a slice of it was, with stand-ins.")
    if name.startswith("_jaxlint_"):
        return [
            *lines,
            "import importlib.util",
            "",
            f"spec = importlib.util.spec_from_file_location('flagged', {user.path!r})",
            "flagged = importlib.util.module_from_spec(spec)",
            "spec.loader.exec_module(flagged)",
        ]
    return [*lines, f"import {name} as flagged"]


def synthesised(
    user: UserCode,
    level: str,
    target: Target,
    found: dict[str, Guess],
    constructed: dict[str, dict[str, Guess]],
) -> str:
    """The program of a call of `target` with the inputs `found`."""
    lines = [*opening(user, level), ""]
    words = []
    for seed, (name, guess) in enumerate(found.items()):
        variable = name.strip("*")
        lines.append(f"{variable} = {guess.source(seed)}")
        words.append(variable if name.startswith("*") else f"{variable}={variable}")
    if target.kind == "linen":
        return "\n".join([*lines, *_of_linen(target, constructed, ", ".join(words))]) + "\n"
    call, model = _called(user, target, constructed)
    inputs = ", ".join(words)
    if any("collections." in line for line in lines):
        lines.insert(0, "import collections")
    if model is None and not target.under_root:
        return "\n".join([*lines, f"out = {call}({inputs})", FORCE.format(what="out")]) + "\n"
    if model is None:
        made = f"hk.{target.kind}(lambda *args, **kwargs: {call}(*args, **kwargs))"
        lines += [f"model = {made}"]
        model = "model"
    else:
        model = f"flagged.{model}"
    state = target.kind.endswith("with_state")
    key = "key, " if target.takes_rng else ""
    both = "params, state" if state else "params"
    lines += [
        "key = jax.random.PRNGKey(42)",
        f"{both} = {model}.init(key, {inputs})",
        FORCE.format(what=f"({both})" if state else both),
        f"out = {model}.apply({both}, {key}{inputs})",
        FORCE.format(what="out"),
    ]
    return "\n".join(lines) + "\n"


def _of_linen(target: Target, constructed: dict[str, dict[str, Guess]], inputs: str) -> list[str]:
    """The lines that run a Flax module."""
    name = target.name.partition("(")[0]
    given = ", ".join(f"{n}={g.source(i)}" for i, (n, g) in enumerate(constructed[name].items()))
    method = "" if target.method in (None, "__call__") else f", method={target.method!r}"
    return [
        f"model = flagged.{name}({given})",
        "rngs = {'params': jax.random.key(0), 'dropout': jax.random.key(1)}",
        f"variables = model.init(rngs, {inputs}{method})",
        FORCE.format(what="variables"),
        f"out, new = model.apply(variables, {inputs}, rngs=rngs, mutable=True{method})",
        FORCE.format(what="(out, new)"),
    ]


def _called(
    user: UserCode, target: Target, constructed: dict[str, dict[str, Guess]]
) -> tuple[str, str | None]:
    """The expression that is called, and the name of the file's own pair that runs it, if any."""
    name, opened, rest = target.name.partition("(...)")
    if opened:
        arguments = constructed.get(name, {})
        given = ", ".join(f"{n}={g.source(i)}" for i, (n, g) in enumerate(arguments.items()))
        return f"flagged.{name}({given}){rest}", None
    for bound, value in vars(user.main).items() if user.main is not None else ():
        inner = getattr(getattr(value, "apply", None), "_original_fn", None)
        if inner is not None and inner is target.call:
            return bound, bound
    return f"flagged.{name}" if name.isidentifier() else name, None


def own_calls(user: UserCode, level: str, entry: str) -> str:
    """The program of one of the file's own entries; "" is its import alone."""
    if entry == "__main__":
        call = f"runpy.run_path({user.path!r}, run_name='__main__')"
        return f"import runpy\nimport sys\n\nsys.path.insert(0, {user.folder!r})\n{call}\n"
    lines = opening(user, level)
    if entry:
        owner, dot, method = entry.rpartition(".")
        lines += ["", f"flagged.{owner}(){dot}{method}()" if dot else f"flagged.{entry}()"]
    return "\n".join(lines) + "\n"


def repeated(calls: list[Any]) -> str:
    """A comment on the `init` and `apply` calls that were made again, with their arguments."""
    lines = []
    for call in calls:
        words = [_brief(a) for a in call.args]
        words += [f"{name}={_brief(value)}" for name, value in call.kwargs.items()]
        lines.append(f"#   {call.what}({', '.join(words)})")
    head = "# Then its own calls again, eagerly and under jit, each result used:"
    return "\n".join([head, *dict.fromkeys(lines)]) + "\n" if lines else ""


def _brief(value: Any) -> str:
    import jax

    if isinstance(value, Hole):
        return value.what
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is not None and dtype is not None:
        return f"{dtype}[{','.join(map(str, shape))}]"
    leaves = jax.tree_util.tree_leaves(value)
    if len(leaves) > 1 or (leaves and leaves[0] is not value):
        return f"<{type(value).__name__} of {len(leaves)}>"
    return repr(value)[:40]
