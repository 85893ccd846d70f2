"""What the "Measured" sections of the pages about left-overs claim, as code to run.

`CASES` as in measured.py.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import flax
import flax.linen as nn
import haiku as hk
import jax
import jax.numpy as jnp

Case = tuple[str, Callable[[], Any], "str | None"]

X = jnp.ones((1, 3))
KEY = jax.random.key(0)
ATTRIBUTE, IMPORT, MISSING = "AttributeError", "ImportError", "ModuleNotFoundError"


class Compact(nn.Module):
    """A module that does what it is given: `does(module, x)`."""

    does: Callable[..., Any]

    @nn.compact
    def __call__(self, x):
        return self.does(self, x)


class Old(nn.Module):
    """The forward method under its old name."""

    def apply(self, x):
        return nn.Dense(2)(x)


def initialised(does: Callable[..., Any]) -> Callable[[], Any]:
    return lambda: Compact(does).init(KEY, X)


def run(statement: str) -> Case:
    """A case whose words are an import statement."""
    error = MISSING if statement.startswith(("import", *DOTTED)) else IMPORT
    return f"`{statement}`", lambda: exec(statement, {}), error


DOTTED = tuple(
    f"from {module} " for module in ("flax.optim", "flax.deprecated", "jax.experimental.maps")
)


def read(owner: Any, name: str, words: str = "") -> Case:
    """A case that reads an attribute which is gone."""
    return words or name, lambda: attrgetter(name)(owner), ATTRIBUTE


def old_parameter(module, x):
    return module.param("w", (3,), nn.initializers.ones_init())


def old_keywords(module, x):
    return module.param("w", shape=(3,), initializer=nn.initializers.ones_init())


def pair(value):
    first, second = value
    return first, second


VARIABLES = nn.Dense(2).init(KEY, X)
ONE = Compact(lambda module, x: nn.Dense(2)(x)).init(KEY, X)

CASES: dict[str, list[Case]] = {
    "JAX901": [
        run("from flax import nn"),
        run("from flax import optim"),
        run("import flax.nn"),
        run("from flax.optim import Adam"),
        run("from flax.deprecated import nn"),
        *(read(flax, name, f"`flax.{name}`") for name in ("nn", "optim", "deprecated")),
    ],
    "JAX902": [
        *(
            read(nn.Dense, name, f".{name}`")
            for name in ("partial", "shared", "init_by_shape", "create", "create_by_shape", "call")
        ),
        *(
            read(nn, name, f"`nn.{name}`")
            for name in ("Model", "module_method", "TransparentModule", "ModuleState")
        ),
        ("`@nn.module`", lambda: nn.module(Old), "TypeError"),
        ("`CNN.init(key, x)`", lambda: Compact.init(KEY, X), "InvalidInstanceModuleError"),
        ("has only `apply`", lambda: Old().init(KEY, X), ATTRIBUTE),
        ("`self.param(name, shape, init)`", initialised(old_parameter), "TypeError"),
        ("`shape=` and `initializer=`", initialised(old_keywords), "TypeError"),
        *(
            (
                f".{name}`",
                initialised(lambda module, x, name=name: getattr(module, name)),
                ATTRIBUTE,
            )
            for name in ("state", "get_state", "get_param", "is_stateful", "is_stochastic")
        ),
        ("`nn.Dense(x, 500)`", initialised(lambda module, x: nn.Dense(x, 500)), None),
        ("`nn.Dense(x, features=500)`", lambda: nn.Dense(X, features=500), "TypeError"),
    ],
    "JAX903": [
        *(
            read(nn, name, f"`nn.{name}`")
            for name in (
                "stateful",
                "make_rng",
                "is_stateful",
                "is_stochastic",
                "get_state",
                "Collection",
                "capture_module_outputs",
            )
        ),
        ("`nn.stochastic(key)`", lambda: nn.stochastic(KEY), "TypeError"),
        run("from flax.linen import stateful"),
    ],
    "JAX904": [
        read(jax, "tree_map", "`jax.tree_map`, "),
        read(jnp, "trapz", "`jnp.trapz`"),
        read(hk, "jit", "`hk.jit`"),
        run("from jax import tree_map"),
        run("from jax.experimental.maps import xmap"),
        (
            "`from jax.config import config`",
            lambda: exec("from jax.config import config", {}),
            MISSING,
        ),
    ],
    "JAX905": [
        ("`variables.unfreeze()`", lambda: VARIABLES.unfreeze(), ATTRIBUTE),
        ("`variables.pretty_repr()`", lambda: VARIABLES.pretty_repr(), ATTRIBUTE),
        ('`variables.copy({"a": 1})`', lambda: VARIABLES.copy({"a": 1}), "TypeError"),
        (
            '`state, params = variables.pop("params")`',
            lambda: pair({**ONE}.pop("params")),
            "ValueError",
        ),
        ("`flax.core.unfreeze(variables)`", lambda: flax.core.unfreeze(VARIABLES), None),
        ('`flax.core.pop(variables, "params")`', lambda: pair(flax.core.pop(ONE, "params")), None),
    ],
}
