"""Where no edit is known to be right, there is none: each case was measured to go wrong."""

from __future__ import annotations

import pytest
from fixkit import changed, codes

UNFIXED = [("JAX101", False)], [("JAX102", False)], [("JAX103", False)], [("JAX104", False)]


def network(body: str) -> str:
    indented = body.replace("\n", "\n    ")
    return f"""
def block(c):
    return jnp.tanh(hk.Linear(4)(c))
def noise(c):
    return c + jax.random.normal(hk.next_rng_key(), c.shape)
def net(x, y=None, train=True):
    layer = hk.Linear(4)
    {indented}
model = hk.transform_with_state(net)
"""


@pytest.mark.parametrize(
    "body",
    [
        # Haiku's version lacks the argument.
        "return jax.lax.map(layer, x, batch_size=2)",
        "return jax.lax.fori_loop(0, 3, lambda i, c: layer(c), x, unroll=2)",
        "return jax.grad(lambda c: layer(c).sum(), allow_int=True)(x)",
        "return jax.checkpoint(layer, static_argnames='y')(x)",
        "return jax.lax.scan(lambda c, _: (layer(c), None), x, None, 3, _split_transpose=True)",
        "return jax.vmap(layer, 0, 0, None, None, None)(x)",
        # What is given cannot be listed.
        "return jax.vmap(layer, **y)(x)",
        "return jax.vmap(*[layer], in_axes=0)(x)",
        # There is no version, or none that init can run.
        "return jax.jit(layer)(x)",
        "return jax.lax.while_loop(lambda c: c.sum() < 9, layer, x)",
        "return jax.jacfwd(layer)(x)",
        # A module is built in the body, or in a branch.
        "return jax.lax.scan(lambda c, _: (block(c), None), x, None, 3)",
        "return jax.lax.map(block, x)",
        "return jax.lax.fori_loop(0, 3, lambda i, c: block(c), x)",
        "return jax.lax.cond(y, block, lambda c: c, x)",
        "return jax.lax.cond(y, layer, lambda c: c, x)",
        "return jax.lax.switch(y, [layer, block], x)",
        # State that differs by row, and a counter that goes up once for all rows.
        "return jax.vmap(lambda c: hk.BatchNorm(True, True, 0.9)(c, True))(x)",
        "return jax.vmap(lambda c: hk.set_state('n', hk.get_state('n', init=jnp.zeros) + 1))(x)",
        # A call with keywords, which the result of hk.vmap does not take.
        "return jax.vmap(lambda r, b: layer(r) + b)(x, b=y)",
        "mapped = jax.vmap(layer)\nreturn mapped(inputs=x)",
        # The parameters of a dry run that nothing else creates.
        "return jnp.zeros(jax.eval_shape(layer, x).shape)",
        # In the step that init runs in plain Python, the index is a number.
        "return jax.lax.fori_loop(0, 3, lambda i, c: layer(c) * i.astype(float), x)",
        "return jax.lax.scan(lambda c, r: (c.astype(float), layer(r)), 0, x)",
        # A lambda that gets the callable from outside: the blamed call is another one.
        "run = lambda f: jax.vmap(f)(x)\nreturn run(layer)",
    ],
)
def test_none(body: str) -> None:
    found = codes(network(body))
    assert found in UNFIXED, found


@pytest.mark.parametrize(
    "body",
    [
        # A module after the transform takes up the name that the built one has.
        "h = {vmap}(lambda r: block(r))(x)\nreturn hk.Linear(4)(h)",
        "h = {vmap}(lambda r: block(r))(x)\nreturn block(h)",
        "for _ in range(2):\n    x = {vmap}(lambda r: block(r))(x)\nreturn x",
        "mapped = {vmap}(block)\nreturn mapped(mapped(x))",
        "mapped = {vmap}(block)\nreturn y(mapped)",
        "return sum([{vmap}(lambda r: block(r))(v) for v in x])",
        "run = lambda v: {vmap}(lambda r: block(r))(v)\nreturn run(run(x))",
    ],
)
@pytest.mark.parametrize("vmap", ["jax.vmap", "jax.grad"])
def test_a_built_module_whose_name_another_one_would_take(body: str, vmap: str) -> None:
    assert codes(network(body.format(vmap=vmap))) == [("JAX103", False)]


@pytest.mark.parametrize(
    "body",
    [
        "h = hk.Linear(4)(x)\nreturn {vmap}(lambda r: block(r))(h)",
        "return {vmap}(lambda r: block(r))(x)",
        "return {vmap}(lambda r: block(r))(x) + hk.get_parameter('b', [], init=jnp.zeros)",
    ],
)
def test_a_built_module_that_nothing_follows(body: str) -> None:
    assert codes(network(body.format(vmap="jax.vmap"))) == [("JAX103", True)]


def test_a_method_counts_its_modules_for_itself() -> None:
    body = """
    class Net(hk.Module):
        def row(self, r):
            return hk.Linear(4)(r)
        def __call__(self, x):
            return hk.Linear(4)(jax.vmap(self.row)(x))
    model = hk.transform(lambda x: Net()(x))
    """
    assert changed(body) == [
        "return hk.Linear(4)(hk.vmap(self.row, split_rng=False)(x))",
    ]


@pytest.mark.parametrize(
    "decorated",
    [
        "class Net(hk.Module):\n  @jax.remat\n  def __call__(self, x):\n    return hk.Linear(3)(x)",
        "@jax.checkpoint\ndef row(x):\n    return hk.Linear(3)(x)\ndef Net():\n    return row",
        "row = jax.checkpoint(lambda x: hk.Linear(3)(x))\ndef Net():\n    return row",
    ],
)
def test_what_asks_for_a_root_cannot_stand_outside(decorated: str) -> None:
    body = f"\n{decorated}\nmodel = hk.transform(lambda x: Net()(x))\n"
    assert codes(body) == [("JAX101", False)]


def test_a_callable_that_came_in_from_elsewhere() -> None:
    body = """
    def apply_rows(f, x):
        return jax.vmap(f)(x)
    def net(x):
        return apply_rows(hk.Linear(3), x)
    model = hk.transform(net)
    """
    assert codes(body) == [("JAX103", False)]


def test_a_plain_class_that_maps_whatever_it_holds() -> None:
    body = """
    class Rows:
        def __init__(self, fn):
            self.fn = fn
        def __call__(self, x):
            return jax.vmap(self.fn)(x)
    def net(x):
        return Rows(hk.Linear(3))(x)
    model = hk.transform(net)
    print(Rows(jnp.sin)(jnp.ones(3)))
    """
    assert codes(body) == [("JAX103", False)]


def test_a_transform_bound_by_a_partial() -> None:
    body = """
    import functools
    remat = functools.partial(jax.checkpoint, prevent_cse=False)
    def net(x):
        return remat(hk.Linear(3))(x)
    model = hk.transform(net)
    """
    assert codes(body) == [("JAX101", False)]


def test_a_call_inside_an_f_string() -> None:
    body = """
    def net(x):
        layer = hk.Linear(3)
        return f"{jax.vmap(layer)(x)}"
    model = hk.transform(net)
    """
    assert codes(body) == [("JAX103", False)]


def test_an_inner_init_inside_a_function_that_is_mapped() -> None:
    body = """
    def net(x):
        inner = hk.transform(lambda v: hk.Linear(3)(v))
        def member(key):
            params = inner.init(key, x)
            return inner.apply(params, None, x)
        return jax.vmap(member)(hk.next_rng_keys(3))
    model = hk.transform(net)
    """
    assert codes(body) == [("JAX104", False)]


def test_an_inner_pair_with_state_needs_more_than_an_edit() -> None:
    body = """
    def net(x):
        inner = hk.transform_with_state(lambda v: hk.BatchNorm(True, True, 0.9)(v, True))
        params, state = inner.init(hk.next_rng_key(), x)
        return inner.apply(params, state, None, x)[0]
    model = hk.transform_with_state(net)
    """
    assert codes(body) == [("JAX104", False)]


SPLIT = """
def noise(c):
    return c + jax.random.normal(hk.next_rng_key(), c.shape)
def rows(f, split):
    return hk.vmap(f, split_rng=split)
def net(x, train):
    return {call}(x)
model = hk.transform(net)
"""


@pytest.mark.parametrize(
    "call",
    [
        # The argument is False in this run only.
        "rows(noise, False)",
        "hk.vmap(noise, **{'split_rng': False})",
    ],
)
def test_a_split_rng_that_is_not_for_an_edit_to_change(call: str) -> None:
    assert codes(SPLIT.format(call=call)) == [("JAX112", False)]


def test_other_rules_have_no_fix() -> None:
    body = """
    def net(x):
        return hk.Linear(3)(x)
    pair = hk.transform(net)
    pair.apply(pair.init(None, jnp.ones(3)), jnp.ones(3))
    hk.Linear(3)
    """
    assert {code for code, _ in codes(body)} >= {"JAX105", "JAX107", "JAX109"}
    assert not any(fix for _, fix in codes(body))
