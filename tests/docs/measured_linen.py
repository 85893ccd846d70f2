"""What the "Measured" sections of the pages about Flax Linen claim, as code to run.

`CASES` as in measured.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp

Case = tuple[str, Callable[[], Any], "str | None"]

X = jnp.ones((3, 4))
KEY = jax.random.key(0)
STATS = ["batch_stats"]
ERASED = "ScopeCollectionNotFound"
IMMUTABLE = "ModifyScopeVariableError"
FROZEN = "SetAttributeFrozenModuleError"
UNBOUND = "CallCompactUnboundModuleError"
MISPLACED = "AssignSubModuleError"


class Own(nn.Module):
    """A module that does what it is given: `does(module, x)`, in its compact `__call__`."""

    does: Callable[..., Any]

    @nn.compact
    def __call__(self, x):
        return self.does(self, x)


class Plain(nn.Module):
    """The same, without compact."""

    does: Callable[..., Any]

    def __call__(self, x):
        return self.does(self, x)


class Pair(nn.Module):
    """Two compact methods, with a layer each."""

    sizes: tuple[int, int]

    @nn.compact
    def encode(self, x):
        return nn.Dense(self.sizes[0])(x)

    @nn.compact
    def decode(self, x):
        return nn.Dense(self.sizes[1])(x)

    def __call__(self, x):
        return self.decode(self.encode(x))


class SetUp(nn.Module):
    """A module with a submodule made in setup, and a field."""

    size: int = 2

    def setup(self):
        self.dense = nn.Dense(self.size)

    def __call__(self, x):
        return self.dense(x)


class Lazy(nn.Module):
    """A module that changes a field in setup."""

    size: int = 2

    def setup(self):
        self.size = 3

    def __call__(self, x):
        return x


class Late(nn.Module):
    """A module that changes a field after Linen's own `__post_init__`."""

    size: int = 2

    def __post_init__(self):
        super().__post_init__()
        self.size = 3

    def __call__(self, x):
        return x


def counts(module, x):
    count = module.variable("counts", "calls", lambda: 0)
    count.value += 1
    return x


def puts(module, x):
    if not module.is_initializing():
        module.put_variable("counts", "calls", 2)
    return x


def sows(module, x):
    module.sow("intermediates", "x", x)
    return x


def spectral(module, x):
    return nn.SpectralNorm(nn.Dense(2))(x, update_stats=True)


def decodes(module, x):
    return nn.SelfAttention(1, decode=True)(x[:1])


def noisy(module, x):
    return x + jax.random.normal(module.make_rng("noise"), x.shape)


def sets_attribute(module, x):
    module.y = x
    return x


def changes_variable(module, x):
    count = module.variable("counts", "calls", lambda: 0)

    def step(module, x):
        count.value += 1
        return x

    return nn.jit(step)(module, x)


def changes_norm(module, x):
    norm = nn.BatchNorm(use_running_average=False)
    norm(x)
    mapped = nn.vmap(
        lambda module, row: norm(row[None])[0], variable_axes={"params": None}, split_rngs={}
    )
    return mapped(module, x)


def unnamed_stream(module, x):
    return nn.vmap(nn.Dropout, variable_axes={}, split_rngs={})(0.5, deterministic=False)(x)


def leak_of_batch_norm():
    module = Own(changes_norm)
    _, after = module.apply(module.init(KEY, X), X, mutable=STATS)
    return jax.tree.map(jnp.sum, after)


def run(module, mutable=False, rngs=None):
    """Init in order, then apply."""
    variables = module.init({"params": KEY, "dropout": KEY, "noise": KEY}, X)
    return module.apply(variables, X, mutable=mutable, rngs=rngs)


def run_bare(module):
    """Apply to the parameters themselves."""
    return module.apply(module.init(KEY, X)["params"], X)


norm = nn.BatchNorm(use_running_average=False)
average = nn.BatchNorm(use_running_average=True)
drop = nn.Dropout(0.5, deterministic=False)
dense = nn.Dense(2)
NORM = norm.init(KEY, X)
PARAMS = dense.init(KEY, X)
BOTH = norm.apply(NORM, X, mutable=STATS)
setup = SetUp()


def unpack(value):
    first, second = value
    return first, second


def three(value):
    first, second, third = value
    return first, second, third


CASES: dict[str, list[Case]] = {
    "JAX201": [
        ("`nn.BatchNorm` in training mode", lambda: norm.apply(NORM, X), IMMUTABLE),
        (
            '`mutable=["intermediates"]`',
            lambda: norm.apply(NORM, X, mutable=["intermediates"]),
            IMMUTABLE,
        ),
        ("`count.value += 1`", lambda: run(Own(counts)), IMMUTABLE),
        ("`self.put_variable`", lambda: run(Own(puts)), IMMUTABLE),
        ("`nn.SpectralNorm`", lambda: run(Own(spectral)), IMMUTABLE),
        ("`nn.SelfAttention`", lambda: run(Own(decodes)), IMMUTABLE),
        ("`self.sow`", lambda: run(Own(sows)), None),
        ("`init` of any of them", lambda: norm.init(KEY, X), None),
        ("`init` of any of them", lambda: Own(counts).init(KEY, X), None),
        ("`bind` without `mutable`", lambda: norm.bind(NORM)(X), IMMUTABLE),
    ],
    "JAX202": [
        ("`out.argmax()`", lambda: BOTH.argmax(), "AttributeError"),
        ("`out - target`", lambda: BOTH - X, "TypeError"),
        ("`jnp.mean(out)`", lambda: jnp.mean(BOTH), "TypeError"),
        ('`out["policy"]`', lambda: BOTH["policy"], "TypeError"),
        ("`a, b, c = out`", lambda: three(BOTH), "ValueError"),
        (
            "`jax.grad` of",
            lambda: jax.grad(lambda v: norm.apply(v, X, mutable=STATS))(NORM),
            "TypeError",
        ),
    ],
    "JAX203": [
        ("`[3, 2]`", lambda: unpack(dense.apply(PARAMS, X)), "ValueError"),
        ("`[1, 2]`", lambda: unpack(dense.apply(PARAMS, X[:1])), "ValueError"),
        ("`[2, 2]`", lambda: unpack(dense.apply(PARAMS, X[:2])), None),
    ],
    "JAX204": [
        (
            '`{"params": params}` where',
            lambda: average.apply({"params": NORM["params"]}, X),
            ERASED,
        ),
        (
            "`params` alone, of submodules",
            lambda: run_bare(Own(lambda module, x: nn.Dense(2)(x))),
            ERASED,
        ),
        (
            "`params` alone, of a single layer",
            lambda: run_bare(dense),
            "ApplyScopeInvalidVariablesTypeError",
        ),
        ("`{}`", lambda: dense.apply({}, X), ERASED),
        (
            '`{"params": {"params": params}}`',
            lambda: dense.apply({"params": PARAMS}, X),
            "ApplyScopeInvalidVariablesStructureError",
        ),
        (
            '`{"params": other}`',
            lambda: dense.apply({"params": {"weights": X}}, X),
            "ScopeParamNotFoundError",
        ),
        (
            '`mutable=["batch_stats"]`',
            lambda: norm.apply({"params": NORM["params"]}, X, mutable=STATS),
            None,
        ),
    ],
    "JAX205": [
        ("`nn.Dropout(0.5", lambda: drop.apply({}, X), "InvalidRngError"),
        ('`self.make_rng("noise")`', lambda: run(Own(noisy)), "InvalidRngError"),
        (
            '`rngs={"drop_out": key}`',
            lambda: drop.apply({}, X, rngs={"drop_out": KEY}),
            "InvalidRngError",
        ),
        ('`init({"dropout": key}', lambda: dense.init({"dropout": KEY}, X), "InvalidRngError"),
        ('`rngs={"params": key}`', lambda: drop.apply({}, X, rngs={"params": KEY}), None),
        ("`rngs=key`", lambda: drop.apply({}, X, rngs=KEY), None),
        ("`nn.Dropout(0.0", lambda: nn.Dropout(0.0, deterministic=False).apply({}, X), None),
        ("`init(key, x)`", lambda: drop.init(KEY, X), None),
    ],
    "JAX211": [
        (
            "`jax.jit(self.dense)`",
            lambda: Own(lambda module, x: jax.jit(nn.Dense(2))(x)).init(KEY, X),
            "TypeError",
        ),
        (
            "`jax.checkpoint(self.dense)`",
            lambda: Own(lambda module, x: jax.checkpoint(nn.Dense(2))(x)).init(KEY, X),
            "TypeError",
        ),
    ],
    "JAX214": [
        ("`nn.jit`", lambda: run(Own(changes_variable), mutable=["counts"]), None),
        ("`nn.vmap`", leak_of_batch_norm, "UnexpectedTracerError"),
    ],
    "JAX215": [
        (
            "`split_rngs={}`",
            lambda: Own(unnamed_stream).apply({}, X, rngs={"dropout": KEY}),
            "InvalidRngError",
        ),
    ],
    "JAX221": [
        ("`nn.Dense(2)`", lambda: Plain(lambda m, x: nn.Dense(2)(x)).init(KEY, X), MISPLACED),
        (
            "`nn.vmap(nn.Dense",
            lambda: Plain(
                lambda m, x: nn.vmap(nn.Dense, variable_axes={}, split_rngs={})(2)(x)
            ).init(KEY, X),
            MISPLACED,
        ),
        (
            "`self.param(",
            lambda: Plain(lambda m, x: m.param("w", nn.initializers.ones, ())).init(KEY, X),
            "ValueError",
        ),
        (
            "`self.variable(",
            lambda: Plain(lambda m, x: m.variable("a", "b", lambda: 0)).init(KEY, X),
            "ValueError",
        ),
        ("`self.sow(", lambda: Plain(sows).init(KEY, X), None),
        ("`self.make_rng(", lambda: Plain(noisy).init(KEY, X), None),
        (
            "`nn.Dense(2, parent=None)`",
            lambda: Plain(lambda m, x: x * nn.Dense(2, parent=None).features).init(KEY, X),
            None,
        ),
    ],
    "JAX222": [
        ("`model(x)` where `__call__` is compact", lambda: Own(sows)(X), UNBOUND),
        ("`nn.Dense(2)(x)`", lambda: dense(X), UNBOUND),
        ("`nn.Embed(3, 2)(x)`", lambda: nn.Embed(3, 2)(jnp.array([1])), "AttributeError"),
        ("`model(x)` where `__call__` uses", lambda: setup(X), "AttributeError"),
        ("`model.dense`", lambda: setup.dense, "AttributeError"),
        ('`getattr(model, "dense", None)`', lambda: getattr(setup, "dense", None), None),
        ("`model.size`", lambda: setup.size, None),
        ("`model.bind(variables)(x)`", lambda: setup.bind(setup.init(KEY, X))(X), None),
    ],
    "JAX223": [
        ("of one shape", lambda: Pair((4, 4)).init(KEY, X), None),
        ("`nn.Dense(1)`", lambda: Pair((4, 1)).init(KEY, X), "ScopeParamShapeError"),
    ],
    "JAX224": [
        ("`self.y = x`", lambda: Own(sets_attribute).init(KEY, X), FROZEN),
        (
            "`self.size = 3` in `setup`",
            lambda: Lazy().init(KEY, X),
            "SetAttributeInModuleSetupError",
        ),
        ("`self.size = 3` in `__post_init__`", lambda: Late().init(KEY, X), FROZEN),
        ("`model.size = 3` on", lambda: setattr(SetUp(), "size", 3), None),
        (
            "`bound.size = 3`",
            lambda: setattr(setup.bind(setup.init(KEY, X)), "size", 3),
            FROZEN,
        ),
    ],
}
