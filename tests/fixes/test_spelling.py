"""How a fix is written: the names in use, the layout of the call, imports."""

from __future__ import annotations

import pytest
from fixkit import HEAD, changed, fixed

LAYER = """
def net(x):
    layer = hk.Linear(3)
    {body}
model = hk.transform(net)
"""


def layer(body: str, head: str = HEAD) -> list[str]:
    """The changed lines of a network that maps `layer` in its body."""
    indented = body.replace("\n", "\n    ")
    return changed(LAYER.format(body=indented), head)


@pytest.mark.parametrize(
    ("imports", "haiku", "call", "expected"),
    [
        ("import haiku as hk\nimport jax", "hk.", "jax.vmap", "hk.vmap"),
        ("import haiku\nimport jax", "haiku.", "jax.vmap", "haiku.vmap"),
        ("import haiku as hk\nfrom jax import vmap", "hk.", "vmap", "hk.vmap"),
        ("import haiku as hk\nfrom jax import vmap as each", "hk.", "each", "hk.vmap"),
        ("import haiku as hk\nimport jax as j\nmapped = j.vmap", "hk.", "mapped", "hk.vmap"),
        ("import jax, haiku as hk", "hk.", "jax.vmap", "hk.vmap"),
        ("import haiku as hk\nimport jax._src.api as api", "hk.", "api.vmap", "hk.vmap"),
        ("from haiku import Linear, transform, vmap as v\nimport jax", "", "jax.vmap", "v"),
    ],
)
def test_the_file_s_own_names(imports: str, haiku: str, call: str, expected: str) -> None:
    body = f"""
def net(x):
    layer = {haiku}Linear(3)
    return {call}(layer)(x)
model = {haiku}transform(net)
"""
    assert changed(body, imports + "\n") == [f"return {expected}(layer, split_rng=False)(x)"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("lax.scan(step, x, None, 3)[0]", "hk.scan(step, x, None, 3)[0]"),
        ("jax.lax.scan(step, x, length=3)[0]", "hk.scan(step, x, length=3, xs=None)[0]"),
        (
            "jax.lax.scan(f=step, init=x, xs=None, length=3, reverse=True, unroll=2)[0]",
            "hk.scan(f=step, init=x, xs=None, length=3, reverse=True, unroll=2)[0]",
        ),
        ("jax.lax.map(layer, x)", "hk.map(layer, x)"),
        (
            "lax.fori_loop(0, 3, lambda i, c: layer(c), x)",
            "hk.fori_loop(0, 3, lambda i, c: layer(c), x)",
        ),
        ("jax.checkpoint(layer)(x)", "hk.remat(layer)(x)"),
        ("jax.remat(layer, prevent_cse=False)(x)", "hk.remat(layer, prevent_cse=False)(x)"),
        ("jax.grad(energy)(x)", "hk.grad(energy)(x)"),
        (
            "jax.value_and_grad(energy, has_aux=False)(x)",
            "hk.value_and_grad(energy, has_aux=False)(x)",
        ),
        ("jax.vmap(layer, 0, 1)(x)", "hk.vmap(layer, 0, 1, split_rng=False)(x)"),
        ("jax.vmap(fun=layer)(x)", "hk.vmap(fun=layer, split_rng=False)(x)"),
        (
            "jax.vmap(jax.vmap(layer))(x)",
            "hk.vmap(hk.vmap(layer, split_rng=False), split_rng=False)(x)",
        ),
        ("jax.vmap(jax.grad(energy))(x)", "hk.vmap(hk.grad(energy), split_rng=False)(x)"),
    ],
)
def test_each_transform(call: str, expected: str) -> None:
    head = HEAD + "from jax import lax\n"
    body = f"""
def net(x):
    layer = hk.Linear(3)
    step = lambda c, _: (layer(c), None)
    energy = lambda c: layer(c).sum()
    return {call}
model = hk.transform(net)
"""
    source = head + body
    for _ in range(2):
        source = fixed(source)
    assert f"return {expected}\n" in source


def test_cond_over_what_exists_already() -> None:
    body = """
    def net(x):
        layer = hk.Linear(3)
        y = layer(x)
        return jax.lax.cond(x.sum() > 0, layer, lambda v: v, y)
    model = hk.transform(net)
    """
    assert changed(body) == ["return hk.cond(x.sum() > 0, layer, lambda v: v, y)"]


def test_switch_over_keys_only() -> None:
    body = """
    def noise(x):
        return x + jax.random.normal(hk.next_rng_key(), x.shape)
    def net(x):
        y = jax.lax.switch(1, [noise, noise], x)
        return y + jax.random.normal(hk.next_rng_key(), x.shape)
    model = hk.transform(net)
    """
    assert changed(body) == ["y = hk.switch(1, [noise, noise], x)"]


# -- layout ----------------------------------------------------------------------------------------


def test_a_call_over_lines_with_a_trailing_comma() -> None:
    assert layer("return jax.vmap(\n    layer,  # the layer\n    in_axes=0,\n)(x)") == [
        "return hk.vmap(",
        "split_rng=False,",
    ]


def test_the_new_line_is_indented_like_the_last_argument() -> None:
    source = HEAD + LAYER.format(body="return jax.vmap(\n            layer,\n    )(x)")
    assert (
        "    return hk.vmap(\n            layer,\n            split_rng=False,\n    )(x)\n"
        in fixed(source)
    )


def test_a_call_over_lines_without_a_trailing_comma() -> None:
    assert layer("return jax.vmap(\n    layer  # maps rows\n)(x)") == [
        "return hk.vmap(",
        "layer, split_rng=False  # maps rows",
    ]


def test_a_trailing_comma_on_one_line() -> None:
    assert layer("return jax.vmap(layer,)(x)") == ["return hk.vmap(layer, split_rng=False)(x)"]


def test_a_comment_on_the_last_line_of_the_call() -> None:
    assert layer("return jax.vmap(\n    layer,\n    # rows\n)(x)") == [
        "return hk.vmap(",
        "split_rng=False,",
    ]


def test_parenthesised_parts() -> None:
    assert layer("return (jax.vmap)((layer))(x)") == [
        "return (hk.vmap)((layer), split_rng=False)(x)"
    ]


def test_a_method_chain_over_lines() -> None:
    assert layer("return (jax\n    .vmap(layer)\n)(x)") == [
        "return (hk.vmap(layer, split_rng=False)"
    ]


def test_a_lambda_as_the_last_argument() -> None:
    assert layer("return jax.vmap(lambda r: layer(r))(x)") == [
        "return hk.vmap(lambda r: layer(r), split_rng=False)(x)"
    ]


def test_other_scripts_before_the_call() -> None:
    assert layer("return ('数値é', jax.vmap(layer)(x))[1]  # ünï") == [
        "return ('数値é', hk.vmap(layer, split_rng=False)(x))[1]  # ünï"
    ]


def test_carriage_returns_stay() -> None:
    body = LAYER.format(body="return jax.vmap(\n        layer,\n    )(x)")
    source = (HEAD + body).replace("\n", "\r\n")
    new = fixed(source)
    assert "hk.vmap(\r\n        layer,\r\n        split_rng=False,\r\n    )(x)\r\n" in new
    assert new.count("\n") == new.count("\r\n")


def test_a_form_feed_above() -> None:
    assert layer("return jax.vmap(layer)(x)", HEAD + "\x0c\nname = 'é'\n\x0c\n") == [
        "return hk.vmap(layer, split_rng=False)(x)"
    ]


# -- decorators ------------------------------------------------------------------------------------


def decorated(decorator: str, imports: str = "", draw: str = "") -> list[str]:
    body = f"""
def net(x):
    layer = hk.Linear(3)
    {decorator}
    def block(row):
        return layer(row){draw}
    return block(x)
model = hk.transform(net)
"""
    return changed(body, HEAD + imports)


def test_a_bare_decorator() -> None:
    assert decorated("@jax.checkpoint") == ["@hk.remat"]


def test_a_decorator_that_needs_an_argument() -> None:
    assert decorated("@jax.vmap") == [
        "import functools",
        "@functools.partial(hk.vmap, split_rng=False)",
    ]
    assert decorated("@jax.vmap", "from functools import partial\n") == [
        "@partial(hk.vmap, split_rng=False)"
    ]


def test_a_decorator_made_by_partial() -> None:
    assert decorated("@partial(jax.vmap, in_axes=0)", "from functools import partial\n") == [
        "@partial(hk.vmap, in_axes=0, split_rng=False)"
    ]
    assert decorated("@ft.partial(jax.remat, prevent_cse=True)", "import functools as ft\n") == [
        "@ft.partial(hk.remat, prevent_cse=True)"
    ]


def test_a_partial_called_at_once() -> None:
    head = HEAD + "from functools import partial\n"
    assert layer("return partial(jax.vmap, out_axes=1)(layer)(x)", head) == [
        "return partial(hk.vmap, out_axes=1)(layer, split_rng=False)(x)"
    ]


def test_a_decorator_over_keys() -> None:
    assert decorated("@jax.vmap", "import functools\n", " + hk.next_rng_key()[0]") == [
        "@functools.partial(hk.vmap, split_rng=not hk.running_init())"
    ]


# -- outside every root ----------------------------------------------------------------------------


def test_what_asks_for_a_root_waits_for_the_call() -> None:
    body = """
    def net(x):
        return hk.Linear(3)(x)
    model = hk.transform(jax.checkpoint(net))
    """
    assert changed(body) == [
        "model = hk.transform(lambda *args, **kwargs: hk.remat(net)(*args, **kwargs))"
    ]


def test_vmap_itself_asks_for_no_root() -> None:
    body = """
    def net(x):
        return hk.Linear(3)(x)
    model = hk.transform(f=jax.vmap(net))
    """
    assert changed(body) == ["model = hk.transform(f=hk.vmap(net, split_rng=False))"]


def test_running_init_waits_for_the_call() -> None:
    body = """
    def net(x):
        return x + jax.random.normal(hk.next_rng_key(), x.shape)
    model = hk.transform(jax.vmap(net))
    """
    assert changed(body) == [
        "model = hk.transform(lambda *args: hk.vmap(net, split_rng=not hk.running_init())(*args))"
    ]


# -- imports ---------------------------------------------------------------------------------------

LIBRARY = """
def net(x):
    layer = Linear(3)
    return jax.vmap(layer)(x)
model = transform(net)
"""


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("from __future__ import annotations\n\nimport jax\n", "X = 1\n"),
        ("#!/usr/bin/env python\nimport jax  # the library\n", ""),
        ("import jax; X = (\n    1)\n", "Y = 2\n"),
        ("import jax\n\nX = 1\n\nfrom os import (\n    path,\n)\n", "Y = 2\n"),
    ],
)
def test_a_missing_import_goes_after_the_last_one_above(above: str, below: str) -> None:
    above = '"""Doc."""\n' * (not above.startswith("#")) + above
    above = above.replace("import jax", "from haiku import Linear, transform\nimport jax", 1)
    source = above + below + LIBRARY
    assert fixed(source).startswith(above + "import haiku as hk\n" + below + "\ndef net")


def test_an_import_for_annotations_is_none() -> None:
    head = """
from typing import TYPE_CHECKING
import jax
from haiku import Linear, transform
if TYPE_CHECKING:
    import haiku
"""
    assert changed(LIBRARY, head) == [
        "import haiku as hk",
        "return hk.vmap(layer, split_rng=False)(x)",
    ]


@pytest.mark.parametrize(
    "taken", ["hk = 1", "def f(hk): pass", "import os as hk", "class hk: pass"]
)
def test_a_name_that_is_taken_is_not_bound_anew(taken: str) -> None:
    head = f"import jax\nfrom haiku import Linear, transform\n{taken}\n"
    assert changed(LIBRARY, head) == []


def test_a_shadowed_name_is_not_used() -> None:
    body = """
    def net(x, hk=None):
        return jax.vmap(layer_of())(x)
    def layer_of():
        return hk.Linear(3)
    model = hk.transform(net)
    """
    assert changed(body) == []


def test_an_import_inside_the_function() -> None:
    body = """
    def net(x):
        import haiku
        layer = haiku.Linear(3)
        return jax.vmap(layer)(x)
    def make():
        import haiku
        return haiku.transform(net)
    model = make()
    """
    assert changed(body, "import jax\n") == ["return haiku.vmap(layer, split_rng=False)(x)"]


OPTIONAL = """
def noise(c):
    return c + jax.random.normal(hk.next_rng_key(), c.shape)
def net(x, train):
    {body}
model = hk.transform(net)
"""


@pytest.mark.parametrize(
    ("body", "splits"),
    [
        ("return jax.vmap(noise)(x)", "not hk.running_init()"),
        ("return jax.vmap(noise)(x) if train else x", "not hk.running_init()"),
        (
            "return jax.vmap(lambda c: noise(c) if train else c)(x)",
            "not hk.running_init() and hk.maybe_next_rng_key() is not None",
        ),
        (
            "return jax.vmap(lambda c: (hk.maybe_next_rng_key(), c)[1])(x)",
            "not hk.running_init() and hk.maybe_next_rng_key() is not None",
        ),
        (
            "return hk.vmap(lambda c: noise(c) if train else c, split_rng=False)(x)",
            "not hk.running_init() and hk.maybe_next_rng_key() is not None",
        ),
        (
            "return hk.vmap(lambda c: noise(c) if train else c)(x)",
            "not hk.running_init() and hk.maybe_next_rng_key() is not None",
        ),
    ],
)
def test_keys_are_split_where_there_is_one(body: str, splits: str) -> None:
    (line,) = changed(OPTIONAL.format(body=body))
    assert f"split_rng={splits})" in line
