"""What the "Measured" sections of the pages about Haiku and Flax together claim, as code to run.

`CASES` as in measured.py.
"""

from __future__ import annotations

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp
from measured_linen import ERASED, IMMUTABLE, KEY, STATS, UNBOUND, Case, Own, SetUp, counts, sows

X = jnp.ones((3, 4))
OLD_KEY = jax.random.PRNGKey(0)
NO_STATE = "NonEmptyStateError"
ABSENT = "AttributeError"


class AutoEncoder(hk.Module):
    """A Haiku module with two methods."""

    def encode(self, x):
        return hk.Linear(2)(x)

    def __call__(self, x):
        return hk.Linear(4)(self.encode(x))


def normalised(x, is_training):
    return hk.BatchNorm(True, True, 0.9)(x, is_training)


def counted(x):
    hk.set_state("calls", hk.get_state("calls", (), init=jnp.zeros) + 1)
    return x


def in_haiku(function):
    """Init of a Haiku function."""
    return hk.transform(function).init(OLD_KEY, X)


def lifted(module):
    """Init of a Haiku function that lifts a Linen module."""
    return in_haiku(lambda x: hkflax.lift(module, name="lifted")(x))


def in_linen(function):
    """Init of a Linen module that runs a function."""
    return Own(lambda module, x: function(x)).init(KEY, X)


def norm(is_training, **mutable):
    """Apply of a wrapped batch normalisation."""
    module = hkflax.Module(hk.transform_with_state(normalised))
    return module.apply(module.init(OLD_KEY, X, True), X, is_training, **mutable)


def wrapped_counter():
    module = hkflax.Module(hk.transform_with_state(counted))
    return module.apply(module.init(OLD_KEY, X), X)


def sows_losses(module, x):
    module.sow("losses", "x", x.sum())
    return x


pair = hk.without_apply_rng(hk.transform(lambda x: hk.Linear(2)(x)))
wrapped = hkflax.Module(hk.transform(lambda x: hk.Linear(2)(x)))
dense = nn.Dense(2)
PARAMS = pair.init(OLD_KEY, X)
VARIABLES = dense.init(KEY, X)
encoder = hkflax.Module.create(AutoEncoder)
CODES = encoder.init(OLD_KEY, X)


def statistics(module, x):
    return nn.BatchNorm(use_running_average=True)(x)


CASES: dict[str, list[Case]] = {
    "JAX301": [
        ("`nn.Dense(2)(x)`", lambda: in_haiku(lambda x: nn.Dense(2)(x)), UNBOUND),
        ("`module(x)`", lambda: in_haiku(lambda x: SetUp()(x)), ABSENT),
        ('name="d")(x)`', lambda: lifted(nn.Dense(2)), None),
        ("without a name", lambda: in_haiku(lambda x: hkflax.lift(nn.Dense(2))(x)), "TypeError"),
    ],
    "JAX302": [
        ("`nn.BatchNorm`, in training", lambda: lifted(Own(statistics)), NO_STATE),
        (
            "`nn.BatchNorm`, in training",
            lambda: lifted(nn.BatchNorm(use_running_average=False)),
            NO_STATE,
        ),
        ("`self.variable`", lambda: lifted(Own(counts)), NO_STATE),
        ('`self.sow("losses"', lambda: lifted(Own(sows_losses)), NO_STATE),
        ('`self.sow("intermediates"', lambda: lifted(Own(sows)), None),
        ("`nn.Dense`", lambda: lifted(nn.Dense(2)), None),
    ],
    "JAX303": [
        ("`is_training=True`, nothing", lambda: norm(True), IMMUTABLE),
        ('`mutable=["batch_stats"]`', lambda: norm(True, mutable=STATS), IMMUTABLE),
        ("`hk.set_state`", wrapped_counter, IMMUTABLE),
        ("`is_training=False`", lambda: norm(False), None),
        ('`mutable=["state"]`', lambda: norm(True, mutable=["state"]), None),
    ],
    "JAX304": [
        ('method="encode")`', lambda: encoder.apply(CODES, X, method="encode"), ABSENT),
        ("`model.bind(variables)", lambda: encoder.bind(CODES).encode(X), ABSENT),
        ("`model.encode`", lambda: encoder.encode, ABSENT),
        ('method="__call__")`', lambda: encoder.apply(CODES, X, method="__call__"), None),
    ],
    "JAX305": [
        (
            '`{"params": params}` from Haiku, to a Linen module',
            lambda: dense.apply({"params": PARAMS}, X),
            "ScopeParamNotFoundError",
        ),
        ("`params` from Haiku", lambda: dense.apply(PARAMS, X), ERASED),
        ("`variables` from Linen", lambda: pair.apply(VARIABLES, X), "ValueError"),
        ('`variables["params"]` from', lambda: pair.apply(VARIABLES["params"], X), "ValueError"),
        ("its own `hkflax.Module`", lambda: wrapped.apply({"params": PARAMS}, X), None),
    ],
    "JAX306": [
        ("`hk.Linear(1)`", lambda: in_linen(lambda x: hk.Linear(1)(x)), "ValueError"),
        (
            "`hk.get_parameter(...)`",
            lambda: in_linen(lambda x: hk.get_parameter("w", (), init=jnp.ones)),
            "ValueError",
        ),
        ("`hk.next_rng_key()`", lambda: in_linen(lambda x: hk.next_rng_key()), "ValueError"),
        ("`hk.running_init()`", lambda: in_linen(lambda x: hk.running_init()), "ValueError"),
        ("`hk.one_hot(...)`", lambda: in_linen(lambda x: hk.one_hot(jnp.array([1]), 3)), None),
        (
            "`hkflax.Module.create(hk.Linear, 1)`",
            lambda: in_linen(lambda x: hkflax.Module.create(hk.Linear, 1)(x)),
            None,
        ),
    ],
}
