"""The evaluator on constants, containers, comprehensions, names, scopes and closures."""

from __future__ import annotations

import pytest
from snippets import Case, Files, check_twins, params

CONTAINERS = [
    Case(
        "a list, by index",
        """
def net(x):
    layers = [pure, HOLE]
    return jax.lax.map(layers[1], x)
""",
    ),
    Case(
        "a list, by the other index",
        """
def net(x):
    layers = [pure, impure]
    return jax.lax.map(layers[HOLE], x)
""",
        flagged="-1",
        silent="-2",
    ),
    Case(
        "a dict, by key",
        """
LAYERS = {"a": pure, "b": impure}


def net(x):
    return jax.lax.map(LAYERS["HOLE"], x)
""",
        flagged="b",
        silent="a",
    ),
    Case(
        "a dict of unknown key",
        """
def net(x, kind):
    layers = dict(a=pure, b=HOLE)
    return jax.lax.map(layers[kind], x)
""",
    ),
    Case(
        "dict methods",
        """
def net(x, kind):
    layers = {"a": pure}
    layers.update(b=HOLE)
    for name, layer in layers.items():
        x = jax.lax.map(layer, x)
    return x
""",
    ),
    Case(
        "get with a default",
        """
def net(x, kind):
    return jax.lax.map({"a": pure}.get(kind, HOLE), x)
""",
    ),
    Case(
        "an item that is assigned",
        """
def net(x):
    layers = {}
    layers["a"] = HOLE
    return jax.lax.map(layers["a"], x)
""",
    ),
    Case(
        "displays with stars",
        """
def net(x):
    first = [pure, HOLE]
    layers = {"rest": (pure, *first)}
    everything = {**layers}
    return jax.lax.map(everything["rest"][-1], x)
""",
    ),
    Case(
        "slices and concatenation",
        """
def net(x):
    layers = [pure] + [pure, HOLE, pure]
    layers += [pure]
    return jax.lax.map(layers[2:][0], x)
""",
    ),
    Case(
        "a switch over a list",
        """
def net(x):
    branches = [pure, HOLE]
    return jax.lax.switch(0, branches, x)
""",
        at="jax.lax.switch(",
    ),
    Case(
        "unpacking with a star",
        """
def net(x):
    first, *rest, last = [pure, HOLE, pure, pure]
    return jax.lax.map(rest[0], x)
""",
    ),
    Case(
        "unpacking in a for target",
        """
def net(x):
    for (name, (_, f)) in [("a", (1, pure)), ("b", (2, HOLE))]:
        x = jax.lax.map(f, x)
    return x
""",
    ),
    Case(
        "reversed, list and tuple",
        """
def net(x):
    for f in reversed(list(tuple([pure, HOLE]))):
        x = jax.lax.map(f, x)
    return x
""",
    ),
    Case(
        "the built-in map",
        """
def net(x):
    fs = list(map(lambda f: functools.partial(f), [pure, HOLE]))
    return jax.lax.map(fs[1], x)
""",
    ),
    Case(
        "next of an iterator",
        """
def net(x):
    f = next(iter([HOLE]))
    return jax.lax.map(f, x)
""",
    ),
    Case(
        "functools.reduce",
        """
def net(x):
    return functools.reduce(lambda v, f: jax.lax.map(f, v), [pure, HOLE], x)
""",
        at="functools.reduce(",
    ),
    Case(
        "pop takes the element away",
        """
def net(x):
    layers = [impure, pure, pure]
    x = layers.pop(HOLE)(x)
    for layer in layers:
        x = jax.lax.map(layer, x)
    return x
""",
        flagged="1",
        silent="0",
    ),
    Case(
        "pop from either end of a deque",
        """
def net(x):
    layers = collections.deque([impure, pure])
    layers.HOLE()
    return jax.lax.map(layers[0], x)
""",
        flagged="pop",
        silent="popleft",
    ),
    Case(
        "pop in a loop takes any of them",
        """
def net(x):
    layers = [pure, HOLE, pure]
    while layers:
        x = jax.lax.map(layers.pop(), x)
    return x
""",
    ),
    Case(
        "each call of a function that pops gives the next one",
        """
def net(x):
    layers = [pure, pure, HOLE]

    def following():
        return layers.pop(0)

    x = following()(x)
    x = jax.lax.map(following(), x)
    return jax.lax.map(following(), x)
""",
    ),
    Case(
        "told apart by their place",
        """
def net(x):
    for i, layer in enumerate([impure, pure, impure, pure]):
        x = jax.lax.map(layer, x) if i % 2 == HOLE else layer(x)
    return x
""",
        flagged="0",
        silent="1",
    ),
]

COMPREHENSIONS = [
    Case(
        "a list comprehension",
        """
def net(x):
    fs = [f for f in (pure, HOLE)]
    return jax.lax.map(fs[1], x)
""",
    ),
    Case(
        "a dict comprehension",
        """
def net(x):
    fs = {name: f for name, f in [("a", pure), ("b", HOLE)]}
    return jax.lax.map(fs["b"], x)
""",
    ),
    Case(
        "a generator expression",
        """
def net(x):
    return sum(jax.lax.map(f, x) for f in (pure, HOLE))
""",
    ),
    Case(
        "a comprehension with two loops and a test",
        """
def net(x):
    fs = [f for row in [[pure], [HOLE]] for f in row if f is not None]
    return jax.lax.map(fs[-1], x)
""",
    ),
    Case(
        "each lambda of a comprehension has its own element",
        """
def net(x):
    fs = [lambda v, f=f: f(v) for f in (pure, impure)]
    return jax.lax.map(fs[HOLE], x)
""",
        flagged="1",
        silent="0",
    ),
    Case(
        "branches built by a comprehension",
        """
def net(x):
    return jax.lax.switch(0, [functools.partial(f) for f in (pure, HOLE)], x)
""",
        at="jax.lax.switch(",
    ),
    Case(
        "a comprehension's test over known places",
        """
def net(x):
    layers = [impure, pure, impure, pure]
    for layer in [f for i, f in enumerate(layers) if i % 2 == HOLE]:
        x = jax.lax.map(layer, x)
    return x
""",
        flagged="0",
        silent="1",
    ),
]

SCOPES = [
    Case(
        "a closure",
        """
def net(x):
    f = HOLE

    def step(v):
        return f(v) + 1

    return jax.lax.map(step, x)
""",
    ),
    Case(
        "a closure over a name that is bound later",
        """
def net(x):
    def step(v):
        return f(v) + 1

    f = HOLE
    return jax.lax.map(step, x)
""",
    ),
    Case(
        "a function that returns a function",
        """
def make(f):
    def step(v):
        return f(v)

    return step


def net(x):
    return jax.lax.map(make(HOLE), x)
""",
    ),
    Case(
        "nonlocal",
        """
def net(x):
    f = pure

    def choose():
        nonlocal f
        f = HOLE

    choose()
    return jax.lax.map(f, x)
""",
    ),
    Case(
        "global",
        """
LAYER = pure


def choose():
    global LAYER
    LAYER = HOLE


def net(x):
    choose()
    return jax.lax.map(LAYER, x)
""",
    ),
    Case(
        "a parameter hides a global",
        """
def apply(impure, x):
    return jax.lax.map(impure, x)


def net(x):
    return apply(HOLE, x)
""",
        at="apply(",
    ),
    Case(
        "a local name hides an import",
        """
def net(x):
    HOLE = _Loops()
    return jax.lax.map(impure, x)


class _Loops:
    lax = None
""",
        flagged="other",
        silent="jax",
    ),
    Case(
        "a transform under another name",
        """
loop = jax.lax.map
apply = loop


def net(x):
    return apply(HOLE, x)
""",
        at="apply(",
    ),
    Case(
        "a lambda",
        """
def net(x):
    return jax.lax.map(lambda v: HOLE(v) + 1, x)
""",
    ),
    Case(
        "an effect in the body, and a name from outside",
        """
def net(x):
    return jax.lax.map(lambda v: v + HOLE, x)
""",
        flagged='hk.get_parameter("b", [], init=jnp.zeros)',
        silent="offset",
    ),
    Case(
        "a value made outside, closed over",
        """
def net(x):
    w = hk.get_parameter("w", [3], init=jnp.ones)
    return jax.lax.map(lambda v: v * HOLE, x)
""",
        flagged='hk.get_parameter("v", [3], init=jnp.ones)',
        silent="w",
    ),
    Case(
        "a name bound in both arms",
        """
f = pure
if typing.TYPE_CHECKING:
    f = pure
else:
    f = HOLE


def net(x):
    return jax.lax.map(f, x)
""",
    ),
    Case(
        "nonlocal, rebound for certain",
        """
def net(x):
    act = jnp.tanh

    def finish():
        nonlocal act
        act = HOLE

    x = act(x)
    finish()
    return jax.lax.map(act, x)
""",
    ),
    Case(
        "nonlocal, rebound on one of two paths",
        """
def net(x, early):
    act = HOLE

    def finish():
        nonlocal act
        act = pure

    if early:
        finish()
    return jax.lax.map(act, x)
""",
    ),
    Case(
        "a key that may be None",
        """
def net(x):
    key = hk.HOLE()
    return jax.lax.map(impure, x) if key is None else x
""",
        flagged="maybe_next_rng_key",
        silent="next_rng_key",
    ),
]

CONSTANTS = [
    Case(
        f"a constant: {flagged} is {'' if truth else 'not '}true",
        """
FLAG = HOLE


def net(x):
    return jax.lax.map(impure, x) if FLAG else x
"""
        if truth
        else """
FLAG = HOLE


def net(x):
    return x if FLAG else jax.lax.map(impure, x)
""",
        flagged=flagged,
        silent=silent,
    )
    for flagged, silent, truth in [
        ("1", "0", True),
        ("'yes'", "''", True),
        ("(0,)", "()", True),
        ("[0]", "[]", True),
        ("{0: 1}", "{}", True),
        ("not None", "None", True),
        ("0.0", "-1.0", False),
        ("2 > 3", "3 > 2", False),
        ("'a' == 'b'", "'a' == 'a'", False),
        ("1 not in (1, 2)", "1 in (1, 2)", False),
        ("len([1, 2]) == 3", "len([1, 2]) == 2", False),
    ]
]

CASES = [*CONTAINERS, *COMPREHENSIONS, *SCOPES, *CONSTANTS]


@pytest.mark.parametrize("case", params(CASES))
def test_values(case: Case, empty: Files) -> None:
    check_twins(case, empty)
