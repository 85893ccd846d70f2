"""Findings that depend on other files: imports of every spelling, bases, callers, guards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from snippets import Files, codes

Write = Callable[[dict[str, str]], Files]

IMPURE = """\
import haiku as hk
import jax.numpy as jnp


def body(v):
    return v * hk.get_parameter("w", [3], init=jnp.ones)
"""
PURE = """\
import haiku as hk


def body(v):
    return v * 2.0
"""
NET = """\
import haiku as hk
import jax
{imports}


def net(x):
    return jax.lax.map({body}, x)


model = hk.transform(net)
"""


@pytest.mark.parametrize(
    ("imports", "body", "more"),
    [
        ("from layers.dense import body", "body", {}),
        ("from layers.dense import body as step", "step", {}),
        ("from layers.dense import *", "body", {}),
        ("import layers.dense", "layers.dense.body", {}),
        ("import layers.dense as d", "d.body", {}),
        ("from layers import dense", "dense.body", {}),
        ("from layers import body", "body", {"layers/__init__.py": "from .dense import body\n"}),
        ("from layers import body", "body", {"layers/__init__.py": "from .dense import *\n"}),
        pytest.param(
            "from layers import step",
            "step",
            {"layers/__init__.py": "from layers import dense\nstep = dense.body\n"},
            id="a package that imports of itself",
        ),
        (
            "import layers",
            "layers.step",
            {"layers/__init__.py": "from layers.dense import body as step\n"},
        ),
        (
            "from registry import LAYERS",
            "LAYERS['body']",
            {"registry.py": "from layers.dense import body\nLAYERS = {'body': body}\n"},
        ),
        (
            "from factory import make",
            "make()",
            {"factory.py": "from layers import dense\n\n\ndef make():\n    return dense.body\n"},
        ),
        (
            "try:\n    from layers.dense import body\nexcept ImportError:\n    body = None",
            "body",
            {},
        ),
        (
            "import importlib\nif True:\n    from layers.dense import body",
            "body",
            {},
        ),
    ],
)
def test_a_callable_from_another_file(
    files: Write, imports: str, body: str, more: dict[str, str]
) -> None:
    texts = {
        "layers/__init__.py": "",
        **more,
        "net.py": NET.format(imports=imports, body=body),
    }
    impure = files({**texts, "layers/dense.py": IMPURE}).check()
    assert codes(impure) == ("JAX101",)
    (finding,) = impure.findings
    last = finding.chain[-1].span
    assert last.path.endswith("dense.py") and last.line == 6
    assert any(path.endswith("dense.py") for path in impure.dependencies)
    assert codes(files({**texts, "layers/dense.py": PURE}).check()) == ()


@pytest.mark.parametrize(
    "imports", ["from .dense import body", "from . import dense\nbody = dense.body",
                "from ..layers.dense import body"],
)  # fmt: skip
def test_relative_imports(files: Write, imports: str) -> None:
    texts = {
        "app/__init__.py": "",
        "app/layers/__init__.py": "",
        "app/layers/net.py": NET.format(imports=imports, body="body"),
    }
    assert codes(files({**texts, "app/layers/dense.py": IMPURE}).check("app/layers/net.py")) == (
        "JAX101",
    )
    assert codes(files({**texts, "app/layers/dense.py": PURE}).check("app/layers/net.py")) == ()


def test_imports_in_a_circle(files: Write) -> None:
    texts = {
        "dense.py": "import net\n" + IMPURE + "\n\nstep = net.model\n",
        "net.py": NET.format(imports="from dense import body, step", body="body"),
    }
    assert codes(files(texts).check()) == ("JAX101",)
    assert codes(files({**texts, "dense.py": "from net import body\n"}).check()) == ()


BASE = """\
import haiku as hk
import jax


class Mapped(hk.Module):
    def step(self, v):
        raise NotImplementedError

    def __call__(self, x):
        return jax.lax.map(self.step, x)
"""
SUBCLASS = """\
import haiku as hk

from base import Mapped


class Dense(Mapped):
    def step(self, v):
        return {step}


model = hk.transform(lambda x: Dense()(x))
"""


def test_the_subclasses_in_other_files_decide_what_an_abstract_method_does(files: Write) -> None:
    impure = files({"base.py": BASE, "dense.py": SUBCLASS.format(step="hk.Linear(3)(v)")})
    assert codes(impure.check("base.py")) == ("JAX101",)
    pure = files({"base.py": BASE, "dense.py": SUBCLASS.format(step="v + 1")})
    assert codes(pure.check("base.py")) == ()


def test_a_base_in_another_file(files: Write) -> None:
    inherited = "\n\n    def run(self, x):\n        return jax.lax.map(self.step, x)\n"
    base = BASE.replace("raise NotImplementedError", "return hk.Linear(3)(v)")
    subclass = SUBCLASS.replace("import haiku as hk", "import haiku as hk\nimport jax")
    empty = subclass.replace("\n\n\nmodel", inherited + "\n\nmodel").replace(
        "    def step(self, v):\n        return {step}\n", "    pass\n"
    )
    assert codes(files({"base.py": base, "dense.py": empty}).check("dense.py")) == ("JAX101",)
    pure = base.replace("return hk.Linear(3)(v)", "return v")
    assert codes(files({"base.py": pure, "dense.py": empty}).check("dense.py")) == ()


LOOP = """\
import jax


def over(layers, x):
    def step(carry, v):
        return carry, layers(v)

    return jax.lax.scan(step, 0, x)[1]
"""
USER = """\
import haiku as hk

from loop import over


def net(x):
    layer = hk.Linear(3)
    {first}
    return over({layer}, x)


model = hk.transform(net)
"""


def test_a_file_without_haiku_that_transforms_its_argument(files: Write) -> None:
    flagged = files({"loop.py": LOOP, "net.py": USER.format(first="pass", layer="layer")})
    (finding,) = flagged.check().findings
    assert finding.code == "JAX101"
    assert (finding.span.line, finding.span.column) == (9, 12)
    assert any(link.span.path.endswith("loop.py") for link in finding.chain)
    assert flagged.check("loop.py").findings == []
    silent = files({"loop.py": LOOP, "net.py": USER.format(first="pass", layer="abs")})
    assert codes(silent.check()) == ()


GUARDED = """\
import haiku as hk
import jax


def stack(layer, x):
    return jax.lax.scan(lambda c, _: (hk.Linear(3)(c), None), x, None, 4)[0]
"""
CALLER = """\
import haiku as hk

from stack import stack


def net(x):
    {guard}
    return stack(None, x)


model = hk.transform(net)
"""
GUARD = "if hk.running_init():\n        return hk.Linear(3)(x)"


def test_a_guard_in_the_callers_of_other_files(files: Write) -> None:
    guarded = CALLER.format(guard=GUARD)
    assert codes(files({"stack.py": GUARDED}).check("stack.py")) == ("JAX101",)
    both = files({"stack.py": GUARDED, "a.py": guarded})
    assert codes(both.check("stack.py")) == ()


def test_the_callers_are_dependencies(files: Write) -> None:
    both = files({"stack.py": GUARDED, "a.py": CALLER.format(guard=GUARD)})
    assert both.check("stack.py").dependencies == [both.path("a.py")]


def test_every_caller_must_guard(files: Write) -> None:
    open_call = CALLER.format(guard="pass")
    texts = {"stack.py": GUARDED, "a.py": CALLER.format(guard=GUARD), "b.py": open_call}
    assert codes(files(texts).check("stack.py")) == ("JAX101",)


def test_a_broken_file_in_reach_is_unknown(files: Write) -> None:
    texts = {"net.py": NET.format(imports="from dense import body", body="body")}
    assert codes(files({**texts, "dense.py": "def body(v:\n"}).check()) == ()
    assert codes(files({**texts, "dense.py": IMPURE}).check()) == ("JAX101",)


def test_the_last_state_of_a_name_in_another_file_counts(files: Write) -> None:
    texts = {"net.py": NET.format(imports="from dense import body", body="body")}
    rebound = IMPURE + "\n\nbody = abs\n"
    assert codes(files({**texts, "dense.py": rebound}).check()) == ()
    assert codes(files({**texts, "dense.py": "body = abs\n" + IMPURE}).check()) == ("JAX101",)
