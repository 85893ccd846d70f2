"""The evaluator on branches, guards, loops, with, try and match."""

from __future__ import annotations

import pytest
from snippets import Case, Files, check_twins, params

CHOICES = [
    Case(
        "either side of an undecided if",
        """
def net(x, flag):
    if flag:
        f = pure
    else:
        f = HOLE
    return jax.lax.map(f, x)
""",
    ),
    Case(
        "the side that a constant takes",
        """
DEBUG = HOLE


def net(x):
    if DEBUG:
        return jax.lax.map(impure, x)
    return jax.lax.map(pure, x)
""",
        flagged="True",
        silent="False",
    ),
    Case(
        "elif",
        """
def net(x, mode="b"):
    if mode == "a":
        return x
    elif mode == "b":
        return jax.lax.map(HOLE, x)
    return x
""",
    ),
    Case(
        "a constant given by the caller",
        """
def encode(x, deep):
    return jax.lax.map(impure if deep else pure, x)


def net(x):
    return encode(x, deep=HOLE)
""",
        flagged="True",
        silent="False",
    ),
    Case(
        "a constant given in the constructor",
        """
class Encoder(hk.Module):
    def __init__(self, deep):
        super().__init__()
        self.deep = deep

    def __call__(self, x):
        return jax.lax.map(impure if self.deep else pure, x)


def net(x):
    return Encoder(deep=HOLE)(x)
""",
        flagged="True",
        silent="False",
    ),
    Case(
        "a default that nobody overrides",
        """
def encode(x, deep=HOLE):
    return jax.lax.map(impure if deep else pure, x)


def net(x):
    return encode(x)
""",
        flagged="True",
        silent="False",
    ),
    Case(
        "a comparison with None",
        """
def encode(x, layer=None):
    return x if layer is None else jax.lax.map(layer, x)


def net(x):
    return encode(x, HOLE)
""",
        flagged="impure",
        silent="None",
        at="encode(",
    ),
    Case(
        "and, or and not over constants",
        """
def net(x):
    if not (HOLE and True) or False:
        return pure(x)
    return jax.lax.map(impure, x)
""",
        flagged="True",
        silent="False",
    ),
    Case(
        "an early return",
        """
def net(x):
    if HOLE:
        return x
    return jax.lax.map(impure, x)
""",
        flagged="False",
        silent="True",
    ),
    Case(
        "after raise",
        """
def net(x):
    if HOLE:
        raise ValueError(x)
    return jax.lax.map(impure, x)
""",
        flagged="x is None",
        silent="True",
    ),
    Case(
        "a walrus in the test",
        """
def net(x):
    if (f := HOLE) is not None:
        x = jax.lax.map(f, x)
    return x
""",
    ),
]

LOOPS = [
    Case(
        "for over a tuple",
        """
def net(x):
    for f in (pure, HOLE):
        x = jax.lax.map(f, x)
    return x
""",
    ),
    Case(
        "for over zip and enumerate",
        """
def net(x):
    for i, (f, scale) in enumerate(zip([pure, HOLE], [1.0, 2.0])):
        x = jax.lax.map(f, x) * scale * i
    return x
""",
    ),
    Case(
        "for over a range",
        """
def net(x):
    layers = [pure, HOLE]
    for i in range(2):
        x = jax.lax.map(layers[i], x)
    return x
""",
    ),
    Case(
        "while",
        """
def net(x):
    while True:
        x = jax.lax.map(HOLE, x)
        break
    return x
""",
    ),
    Case(
        "what a loop leaves behind",
        """
def net(x):
    for f in [pure, HOLE]:
        pass
    return jax.lax.map(f, x)
""",
    ),
    Case(
        "the else of a loop",
        """
def net(x):
    for _ in range(2):
        x = x + 1
    else:
        x = jax.lax.map(HOLE, x)
    return x
""",
    ),
    Case(
        "a list filled in a loop",
        """
def net(x):
    layers = []
    for i in range(3):
        layers.append(HOLE)
    return jax.lax.map(layers[-1], x)
""",
    ),
    Case(
        "a step under jit, run again by the loop",
        """
def draw(v):
    return v + jax.random.normal(HOLE, v.shape)


def net(x):
    for _ in range(3):
        x = jax.jit(draw)(x)
    return x
""",
        flagged="hk.next_rng_key()",
        silent="jax.random.PRNGKey(0)",
        at="jax.jit(",
    ),
]

GUARDS = [
    Case(
        "return while init runs",
        """
def net(x):
    if HOLE:
        return impure(x[0])
    return jax.lax.map(impure, x)
""",
        flagged="x.ndim > 9",
        silent="hk.running_init()",
    ),
    Case(
        "or widens a guard that returns",
        """
def net(x, debug):
    if hk.running_init() HOLE debug:
        return impure(x[0])
    return jax.lax.map(impure, x)
""",
        flagged="and",
        silent="or",
    ),
    Case(
        "not",
        """
def net(x):
    if HOLE hk.running_init():
        return jax.lax.map(impure, x)
    return impure(x[0])
""",
        flagged="",
        silent="not",
    ),
    Case(
        "a conditional expression",
        """
def net(x):
    return impure(x[0]) if HOLE else jax.lax.map(impure, x)
""",
        flagged="x.ndim > 9",
        silent="hk.running_init()",
    ),
    Case(
        "a guard kept in a name",
        """
def net(x):
    starting = HOLE
    if starting:
        return impure(x[0])
    return jax.lax.map(impure, x)
""",
        flagged="x.ndim > 9",
        silent="hk.running_init()",
    ),
    Case(
        "a guard in a function",
        """
def ready():
    return HOLE hk.running_init()


def net(x):
    if ready():
        return jax.lax.map(impure, x)
    return impure(x[0])
""",
        flagged="",
        silent="not",
    ),
    Case(
        "a guard in the caller",
        """
def apply(x):
    return jax.lax.map(impure, x)


def net(x):
    if HOLE:
        return impure(x[0])
    return apply(x)
""",
        flagged="x.ndim > 9",
        silent="hk.running_init()",
    ),
    Case(
        "a guard that chooses the callable",
        """
def net(x):
    f = pure if HOLE else impure
    return jax.lax.map(f, x)
""",
        flagged="x.ndim > 9",
        silent="hk.running_init()",
    ),
    Case(
        "keys of its own",
        """
def draw(v):
    return v + jax.random.normal(hk.next_rng_key(), v.shape)


def row(v, key):
    with HOLE:
        return draw(v)


def net(x):
    return jax.vmap(row)(x, hk.next_rng_keys(4))
""",
        flagged='jax.named_scope("row")',
        silent="hk.with_rng(key)",
        codes=("JAX102",),
        at="jax.vmap(",
    ),
    Case(
        "parameters that exist already",
        """
def net(x):
    first = HOLE(x[0])
    return first + jax.lax.map(impure, x)
""",
        flagged="pure",
        silent="impure",
        otherwise=("JAX103",),
    ),
    Case(
        "parameters that exist on one side only",
        """
def net(x, warm):
    if HOLE:
        impure(x[0])
    return jax.lax.map(impure, x)
""",
        flagged="warm",
        silent="True",
        otherwise=("JAX103",),
    ),
]

BLOCKS = [
    Case(
        "with",
        """
def net(x):
    with jax.named_scope("a"), jax.default_matmul_precision("high"):
        return jax.lax.map(HOLE, x)
""",
    ),
    Case(
        "what with binds",
        """
class Layers:
    step = staticmethod(HOLE)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


def net(x):
    with open("weights") as file, Layers() as layers:
        return jax.lax.map(layers.step, x)
""",
    ),
    Case(
        "the body of try",
        """
def net(x):
    try:
        return jax.lax.map(HOLE, x)
    except ValueError:
        return x
""",
    ),
    Case(
        "the handler of try",
        """
def net(x):
    try:
        x = pure(x)
    except (ValueError, TypeError) as error:
        x = jax.lax.map(HOLE, x)
    return x
""",
    ),
    Case(
        "else and finally",
        """
def net(x):
    f = pure
    try:
        x = x + 1
    except ValueError:
        raise
    else:
        f = HOLE
    finally:
        x = jax.lax.map(f, x)
    return x
""",
    ),
    Case(
        "a case of match",
        """
def net(x, kind):
    match kind:
        case "plain":
            f = pure
        case {"layer": _} | [_, _]:
            f = HOLE
        case _:
            return x
    return jax.lax.map(f, x)
""",
    ),
    Case(
        "what a pattern binds",
        """
def net(x, kind):
    match kind:
        case [first, *_] if first:
            pure = first
            return jax.lax.map(pure, x)
    return jax.lax.map(HOLE, x)
""",
    ),
    Case(
        "del and a new binding",
        """
def net(x):
    f = impure
    del f
    f = HOLE
    return jax.lax.map(f, x)
""",
    ),
    Case(
        "an assertion",
        """
def net(x):
    assert jax.lax.map(HOLE, x).shape == x.shape
    return x
""",
    ),
]

CASES = [*CHOICES, *LOOPS, *GUARDS, *BLOCKS]


@pytest.mark.parametrize("case", params(CASES))
def test_control_flow(case: Case, empty: Files) -> None:
    check_twins(case, empty)
