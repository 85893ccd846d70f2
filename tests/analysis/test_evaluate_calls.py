"""The evaluator on calls: arguments, partial, decorators, wrappers, nested transforms, roots."""

from __future__ import annotations

import pytest
from snippets import Case, Files, check_twins, params

ARGUMENTS = [
    Case(
        "a helper's helper",
        """
def inner(v):
    return HOLE(v)


def outer(v):
    return inner(v) + 1


def net(x):
    return jax.lax.map(outer, x)
""",
    ),
    Case(
        "a callable as a keyword argument",
        """
def net(x):
    return jax.lax.map(xs=x, f=HOLE)
""",
    ),
    Case(
        "a function that transforms its argument: the finding is at the call",
        """
def each(fn, xs):
    return jax.lax.map(fn, xs)


def net(x):
    return each(HOLE, x)
""",
        at="each(",
    ),
    Case(
        "the same, by keyword and through two functions",
        """
def each(xs, *, fn):
    return jax.lax.map(fn, xs)


def both(fn, xs):
    return each(xs, fn=fn) + 1


def net(x):
    return both(xs=x, fn=HOLE)
""",
        at="both(",
    ),
    Case(
        "star arguments",
        """
def each(*arguments):
    fn, xs = arguments
    return jax.lax.map(fn, xs)


def net(x):
    arguments = (HOLE, x)
    return each(*arguments)
""",
        at="jax.lax.map(",
    ),
    Case(
        "double star arguments",
        """
def each(fn=pure, xs=None):
    return jax.lax.map(fn, xs)


def net(x):
    options = dict(fn=HOLE, xs=x)
    return each(**options)
""",
        at="each(",
    ),
    Case(
        "forwarded star arguments",
        """
def forward(fn, *args, **kwargs):
    return fn(*args, **kwargs)


def net(x):
    return jax.lax.map(lambda v: forward(HOLE, v), x)
""",
    ),
    Case(
        "keyword-only with a default",
        """
def encode(x, *, layer=HOLE):
    return jax.lax.map(layer, x)


def net(x):
    return encode(x)
""",
    ),
    Case(
        "positional-only",
        """
def encode(x, layer, /, scale=1.0):
    return jax.lax.map(layer, x) * scale


def net(x):
    return encode(x, HOLE, scale=2.0)
""",
        at="encode(",
    ),
    Case(
        "a returned tuple",
        """
def parts():
    return pure, HOLE


def net(x):
    _, f = parts()
    return jax.lax.map(f, x)
""",
    ),
    Case(
        "a generator",
        """
def layers():
    yield pure
    yield HOLE


def net(x):
    for f in layers():
        x = jax.lax.map(f, x)
    return x
""",
    ),
]

PARTIALS = [
    Case(
        "functools.partial",
        """
def scaled(scale, v):
    return HOLE(v) * scale


def net(x):
    return jax.lax.map(functools.partial(scaled, 2.0), x)
""",
    ),
    Case(
        "a partial of a partial, with keywords that decide",
        """
def encode(v, deep, scale):
    return impure(v) if deep else pure(v)


def net(x):
    f = functools.partial(functools.partial(encode, scale=1.0), deep=HOLE)
    return jax.lax.map(f, x)
""",
        flagged="True",
        silent="False",
    ),
    Case(
        "a partial of the transform",
        """
def net(x):
    each = functools.partial(jax.lax.map, HOLE)
    return each(x)
""",
        at="each(",
    ),
    Case(
        "a partial kept on self",
        """
class Encoder(hk.Module):
    def __init__(self):
        super().__init__()
        self.step = functools.partial(HOLE)

    def __call__(self, x):
        return jax.lax.map(self.step, x)


def net(x):
    return Encoder()(x)
""",
    ),
    Case(
        "a partial with static arguments as a decorator",
        """
@functools.partial(jax.jit, static_argnums=0)
def step(scale, v):
    return HOLE(v) * scale


def net(x):
    return step(2, x)
""",
        at="functools.partial(jax.jit",
    ),
]

DECORATORS = [
    Case(
        "a transform as a decorator",
        """
def net(x):
    @jax.checkpoint
    def block(v):
        return HOLE(v)

    return block(x)
""",
        at="jax.checkpoint",
    ),
    Case(
        "a transform with options as a decorator",
        """
def net(x):
    @jax.checkpoint(prevent_cse=False)
    def block(v):
        return HOLE(v)

    return block(x)
""",
        at="jax.checkpoint(",
    ),
    Case(
        "stacked decorators: one finding each",
        """
def net(x):
    @jax.checkpoint
    @jax.vmap
    def block(v):
        return HOLE(v)

    return block(x)
""",
        codes=("JAX101", "JAX103"),
        at="jax.checkpoint",
    ),
    Case(
        "a decorator of the project",
        """
def logged(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        return fn(*args, **kwargs)

    return wrapper


@logged
def step(v):
    return HOLE(v)


def net(x):
    return jax.lax.map(step, x)
""",
    ),
    Case(
        "a decorator of the project that transforms",
        """
def mapped(fn):
    return lambda xs: jax.lax.map(fn, xs)


def net(x):
    return mapped(HOLE)(x)
""",
        at="mapped(",
    ),
    Case(
        "a cached function",
        """
@functools.lru_cache(maxsize=None)
def layer():
    return HOLE


def net(x):
    return jax.lax.map(layer(), x)
""",
    ),
]

NESTED = [
    Case(
        "one transform in another",
        """
def net(x):
    return jax.jit(jax.vmap(HOLE))(x)
""",
        codes=("JAX101", "JAX103"),
        at="jax.jit(",
    ),
    Case(
        "a chain through names",
        """
def net(x):
    g = jax.grad(lambda v: HOLE(v).sum())
    return jax.jvp(g, (x,), (x,))[0]
""",
        codes=("JAX103", "JAX103"),
        at="jax.grad(",
    ),
    Case(
        "a lifted transform in a raw one",
        """
def net(x):
    return jax.lax.map(HOLE(lambda v: impure(v)), x)
""",
        flagged="hk.remat",
        silent="int",
    ),
    Case(
        "a raw transform in a lifted one",
        """
def net(x):
    return hk.remat(jax.vmap(HOLE))(x)
""",
        codes=("JAX103",),
        at="jax.vmap(",
    ),
    Case(
        "lifted instead of raw",
        """
def net(x):
    layer = hk.Linear(3)
    return HOLE(layer, x)
""",
        flagged="jax.lax.map",
        silent="hk.map",
    ),
    Case(
        "a transform that is not used",
        """
def net(x):
    step = jax.jit(HOLE)
    del step
    return x
""",
        at="jax.jit(",
    ),
    Case(
        "chosen at run time",
        """
def net(x, raw):
    mapped = jax.lax.map if raw else HOLE
    return mapped(impure, x)
""",
        flagged="jax.lax.map",
        silent="hk.map",
        at="mapped(",
    ),
]

ROOTS = [
    Case(
        "a pair's own functions are pure",
        """
inner = hk.transform(impure)


def net(x):
    params = hk.lift(inner.init)(None, x[0])
    return jax.lax.map(HOLE, x)
""",
        flagged="impure",
        silent="lambda v: inner.apply(params, None, v)",
    ),
    Case(
        "a raw transform given to the root",
        """
root = hk.transform(jax.vmap(HOLE))


def net(x):
    return x
""",
        codes=("JAX103",),
        at="jax.vmap(",
    ),
    Case(
        "a root as a decorator",
        """
@hk.transform
def inner(x):
    return jax.lax.map(HOLE, x)


def net(x):
    return x
""",
    ),
    Case(
        "a key that is needed",
        """
def draw(v):
    return v + jax.random.normal(hk.next_rng_key())


pair = hk.transform(draw)
out = pair.apply({}, HOLE, jnp.ones(3))


def net(x):
    return x
""",
        flagged="None",
        silent="jax.random.PRNGKey(0)",
        codes=("JAX107",),
        at="pair.apply(",
    ),
    Case(
        "an unpacked pair",
        """
def draw(v):
    return v + jax.random.normal(hk.next_rng_key())


init, apply = hk.transform(draw)
out = apply({}, HOLE, jnp.ones(3))


def net(x):
    return x
""",
        flagged="None",
        silent="jax.random.PRNGKey(0)",
        codes=("JAX107",),
        at="apply(",
    ),
    Case(
        "outside, a function that a root reaches too: the finding is at the outside call",
        """
impure(jnp.ones(3)) if HOLE else None


def net(x):
    return impure(x)
""",
        flagged="True",
        silent="False",
        codes=("JAX105",),
        at="impure(",
    ),
    Case(
        "outside every root",
        """
HOLE(jnp.ones(3))


def net(x):
    return x
""",
        codes=("JAX105",),
        at="hk.get_parameter(",
    ),
    Case(
        "outside, in a function that is called",
        """
def evaluate():
    return HOLE(jnp.ones(3))


if __name__ == "__main__":
    evaluate()


def net(x):
    return x
""",
        codes=("JAX105",),
        at="hk.get_parameter(",
    ),
    Case(
        "meant to fail",
        """
import pytest

with HOLE:
    impure(jnp.ones(3))


def net(x):
    return x
""",
        flagged='jax.named_scope("a")',
        silent="pytest.raises(ValueError)",
        codes=("JAX105",),
        at="hk.get_parameter(",
    ),
    Case(
        "an inner init by a key of its own, or one that is given",
        """
inner = hk.transform(impure)


def net(key, x):
    params = inner.init(HOLE, x)
    return inner.apply(params, None, x)
""",
        flagged="hk.next_rng_key()",
        silent="key",
        codes=("JAX104",),
        at="inner.init(",
    ),
    Case(
        "an inner init by a key that is split",
        """
inner = hk.transform(impure)


def net(key, x):
    first, second = jax.random.split(HOLE)
    params = inner.init(second, x)
    return inner.apply(params, None, x)
""",
        flagged="jax.random.PRNGKey(0)",
        silent="key",
        codes=("JAX104",),
        at="inner.init(",
    ),
    Case(
        "an inner init by the next key of a sequence",
        """
inner = hk.transform(impure)


def net(key, x):
    keys = hk.PRNGSequence(HOLE)
    params = inner.init(next(keys), x)
    return inner.apply(params, None, x)
""",
        flagged="hk.next_rng_key()",
        silent="key",
        codes=("JAX104",),
        at="inner.init(",
    ),
    Case(
        "what a caller draws is a given key in the root that it calls",
        """
inner = hk.transform(impure)


def task(key, x):
    params = inner.init(HOLE, x)
    return inner.apply(params, None, x)


meta = hk.transform(task)


def net(x):
    key = jax.random.PRNGKey(1)
    return meta.apply({}, None, key, x)
""",
        flagged="jax.random.key(1)",
        silent="key",
        codes=("JAX104",),
        at="inner.init(",
    ),
]

CASES = [*ARGUMENTS, *PARTIALS, *DECORATORS, *NESTED, *ROOTS]


@pytest.mark.parametrize("case", params(CASES))
def test_calls(case: Case, empty: Files) -> None:
    check_twins(case, empty)
