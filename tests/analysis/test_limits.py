"""Budgets and recursion: the analysis ends, says so where it gave up, and invents nothing."""

from __future__ import annotations

import pytest
from snippets import FOOTER, HEADER, Files, codes

from jaxlint.config import Options

LONG = HEADER + "def net(x):\n    return jax.lax.map({body}, x)\n" + FOOTER


def test_when_the_steps_run_out_the_file_says_so(empty: Files) -> None:
    source = LONG.format(body="impure") + "\n".join(f"y{n} = {n} + 1" for n in range(500)) + "\n"
    report = empty.check(source=source, options=Options(max_steps=300))
    (diagnostic,) = report.diagnostics
    assert not diagnostic.fatal
    assert "300 steps" in diagnostic.message and "max-steps" in diagnostic.message
    whole = empty.check(source=source)
    assert not whole.diagnostics
    assert codes(whole) == ("JAX101",)


@pytest.mark.parametrize("steps", [1, 10, 50, 100, 200, 400])
@pytest.mark.parametrize("body", ["impure", "pure"])
def test_a_cut_analysis_finds_nothing_that_a_whole_one_does_not(
    body: str, steps: int, empty: Files
) -> None:
    source = LONG.format(body=body)
    whole = empty.check(source=source).findings
    cut = empty.check(source=source, options=Options(max_steps=steps)).findings
    assert [f for f in cut if f not in whole] == []


def chain(depth: int, last: str) -> str:
    """`depth` functions, each of which calls the next."""
    functions = "".join(f"def f{n}(v):\n    return f{n + 1}(v)\n\n\n" for n in range(depth))
    return (
        f"{HEADER}{functions}def f{depth}(v):\n    return {last}(v)\n\n\n"
        f"def net(x):\n    return jax.lax.map(f0, x)\n{FOOTER}"
    )


def test_calls_are_followed_to_a_depth(empty: Files) -> None:
    assert codes(empty.check(source=chain(40, "impure"))) == ("JAX101",)
    assert codes(empty.check(source=chain(40, "pure"))) == ()
    assert codes(empty.check(source=chain(40, "impure"), options=Options(max_depth=20))) == ()
    deeper = Options(max_depth=200)
    assert codes(empty.check(source=chain(100, "impure"), options=deeper)) == ("JAX101",)


def test_a_deep_expression_is_a_diagnostic(empty: Files) -> None:
    source = LONG.format(body="impure") + "z = " + " + ".join(["1"] * 20_000) + "\n"
    report = empty.check(source=source)
    (diagnostic,) = report.diagnostics
    assert "nested" in diagnostic.message


RECURSIVE = {
    "itself": """
def f(v, n=3):
    return HOLE(v) if n == 0 else f(v, n - 1)
""",
    "itself, without an end": """
def f(v):
    return f(HOLE(v))
""",
    "each other": """
def f(v):
    return g(v) + 1


def g(v):
    return f(v) if v is None else HOLE(v)
""",
    "a growing argument": """
def f(v, path=()):
    return HOLE(v) if len(path) > 5 else f(v, (*path, v))
""",
    "a growing closure": """
def f(v, then=None):
    return HOLE(v) if then else f(v, lambda w: (then or pure)(w))
""",
    "a list that contains itself": """
LAYERS = [HOLE]
LAYERS.append(LAYERS)


def f(v):
    for layer in LAYERS:
        v = layer(v) if callable(layer) else v
    return v
""",
    "a dict that contains itself": """
LAYERS = {"a": HOLE}
LAYERS["self"] = LAYERS


def f(v):
    return LAYERS["self"]["self"]["a"](v)
""",
    "an object that holds itself": """
class Layer(hk.Module):
    def __init__(self):
        super().__init__()
        self.inner = self

    def step(self, v):
        return HOLE(v)

    def __call__(self, v):
        return self.inner.inner.step(v)


def f(v):
    return Layer()(v)
""",
    "objects in a circle": """
class Node:
    def __init__(self, other=None):
        self.other = other or Node(self)
        self.step = HOLE


def f(v):
    return Node().other.other.step(v)
""",
    "a class in its own annotation": """
@dataclasses.dataclass
class Tree:
    left: "Tree" = None
    right: "Tree" = None

    def step(self, v):
        return HOLE(v) if self.left is None else self.left.step(v)


def f(v):
    return Tree(Tree(), Tree(Tree())).step(v)
""",
    "a decorator that decorates itself": """
def decorated(g):
    return decorated(g) if g is None else g


@decorated
def f(v):
    return HOLE(v)
""",
    "a partial of a partial, in a loop": """
f = HOLE
for _ in range(9):
    f = functools.partial(f)
""",
}


@pytest.mark.parametrize("text", RECURSIVE.values(), ids=RECURSIVE)
def test_recursion_ends_and_is_seen_through(text: str, empty: Files) -> None:
    net = "\n\ndef net(x):\n    return jax.lax.map(f, x)\n"
    source = HEADER + text + net + FOOTER
    impure = empty.check(source=source.replace("HOLE", "impure"))
    assert not impure.diagnostics
    assert codes(impure) == ("JAX101",)
    pure = empty.check(source=source.replace("HOLE", "pure"))
    assert not pure.diagnostics
    assert codes(pure) == ()


@pytest.mark.parametrize(
    "text",
    [
        "class A(A): ...\n",
        "class A(B): ...\nclass B(A): ...\n",
        "f = f\nf()\n",
        "x = [x for x in x]\n",
        "def f(g=lambda: f()):\n    return g()\n\n\nf()\n",
        pytest.param(
            "a = b = []\na.append(b)\n(a[0][0])()\n",
            id="a list in itself",
        ),
        "class M(hk.Module):\n    def __getattr__(self, n):\n        return getattr(self, n)\n",
        "class M(hk.Module):\n    @property\n    def p(self):\n        return self.p\n\n\nM().p\n",
        "class M:\n    def __call__(self):\n        return self()\n\n\nM()()\n",
        "jax.jit(jax.jit)\njax.vmap(jax.vmap)(hk.transform)\nhk.transform(hk.transform(hk.vmap))\n",
    ],
)
def test_nonsense_is_survived(text: str, empty: Files) -> None:
    source = HEADER + "def net(x):\n    return jax.lax.map(impure, x)\n" + FOOTER + text
    report = empty.check(source=source)
    assert not [d for d in report.diagnostics if d.fatal]
    assert "JAX101" in codes(report)


def test_branches_do_not_multiply(empty: Files) -> None:
    """Thirty undecided branches in a row are thirty times two paths, not two to the thirtieth."""
    branches = "".join(f"    if x.ndim > {n}:\n        x = x + {n}\n" for n in range(30))
    source = f"{HEADER}def net(x):\n{branches}    return jax.lax.map(impure, x)\n{FOOTER}"
    report = empty.check(source=source, options=Options(max_steps=5_000))
    assert not report.diagnostics
    assert codes(report) == ("JAX101",)


def test_calls_do_not_multiply(empty: Files) -> None:
    """Functions that call the next one twice are evaluated once each."""
    functions = "".join(f"def f{n}(v):\n    return f{n + 1}(f{n + 1}(v))\n\n\n" for n in range(25))
    source = (
        f"{HEADER}{functions}def f25(v):\n    return impure(v)\n\n\n"
        f"def net(x):\n    return jax.lax.map(f0, x)\n{FOOTER}"
    )
    report = empty.check(source=source, options=Options(max_steps=5_000))
    assert not report.diagnostics
    assert codes(report) == ("JAX101",)


@pytest.mark.parametrize(
    "row",
    [
        "{i}",
        "-{i}.5",
        "({i}, [{i}, 'a'])",
        "{{'a': {i}, 'b': [1, 2]}}",
        "{i} + 1j",
        "jnp.ones({i})",
    ],
)
@pytest.mark.parametrize("table", ["[{rows}, {last}]", "dict(a={{{pairs}, 'last': {last}}})['a']"])
def test_tables_cost_few_steps(row: str, table: str, empty: Files) -> None:
    rows = [row.format(i=i) for i in range(2000)]
    if row.startswith("jnp"):
        rows = rows[:500]
    text = table.format(
        rows=", ".join(rows),
        pairs=", ".join(f"'k{i}': {text}" for i, text in enumerate(rows)),
        last="impure",
    )
    source = (
        f"{HEADER}TABLE = {text}\n"
        "def net(x):\n    return jax.lax.map(impure, x)\nmodel = hk.transform(net)\n"
    )
    report = empty.check(source=source, options=Options(max_steps=4000))
    assert not report.diagnostics
    assert codes(report) == ("JAX101",)


@pytest.mark.parametrize("key", ["-1", "i"])
def test_a_callable_in_a_table_is_seen(key: str, empty: Files) -> None:
    numbers = ", ".join(map(str, range(1000)))
    source = (
        f"{HEADER}TABLE = [{numbers}, impure]\n"
        f"def net(x, i):\n    return jax.lax.map(TABLE[{key}], x)\nmodel = hk.transform(net)\n"
    )
    assert codes(empty.check(source=source)) == ("JAX101",)
