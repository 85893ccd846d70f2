"""The Haiku effects that are measured, each as the body of a callable. Child process only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import haiku as hk
import jax
import jax.numpy as jnp

Body = Callable[[Any, Any], Any]


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Effect:
    """An effect to be put under a transform.

    `prepare()` runs in the transformed function before the transform and gives what the body closes
    over. `body(prepared, v)` has the effect and returns an array shaped as `v`, whose last axis
    is 3; it is linear in `v` where it can be. `again(prepared)` has the effect once more, or reads
    what it wrote, after the transform; None where the hazard is measured without a later use.
    `pure` is the same arithmetic without the effect. `draws`: the output is noise, which ought to
    differ from run to run. `counts`: the state "s" ought to go up by one for each run.
    """

    body: Body
    prepare: Callable[[], Any] = _nothing
    again: Callable[[Any], Any] | None = None
    pure: Callable[[Any], Any] = lambda v: v * 2.0
    draws: bool = False
    counts: bool = False


def _ones() -> Any:
    return jnp.ones(3)


def _param(init: Any = jnp.ones) -> Body:
    return lambda prepared, v: v * hk.get_parameter("w", [3], init=init)


def _noise(prepared: Any, v: Any) -> Any:
    return v * jax.random.normal(hk.next_rng_key(), (3,))


def _scoped_noise(key: Any, v: Any) -> Any:
    with hk.with_rng(key):
        return _noise(None, v)


def _read_state(prepared: Any = None, v: Any = 1.0) -> Any:
    return v * hk.get_state("s", [3], init=jnp.ones)


def _create_zeros() -> Any:
    return hk.get_state("s", [3], init=jnp.zeros)


def _write(value: Callable[[Any], Any]) -> Body:
    def body(prepared: Any, v: Any) -> Any:
        hk.set_state("s", value(v))
        return v * 2.0

    return body


def _construct(prepared: Any, v: Any) -> Any:
    hk.Linear(3)
    return v * 2.0


def _batch_norm() -> Any:
    return hk.BatchNorm(True, True, 0.9)


def _normalize(is_training: Callable[[], bool]) -> Body:
    return lambda norm, v: norm(v.reshape(-1, 3), is_training()).reshape(v.shape)


def _pure_normalize(v: Any) -> Any:
    rows = v.reshape(-1, 3)
    spread = jnp.square(rows).mean(0) - jnp.square(rows.mean(0))
    return ((rows - rows.mean(0)) * jax.lax.rsqrt(spread + 1e-5)).reshape(v.shape)


def _repeat(body: Body) -> Callable[[Any], Any]:
    """A later use that is the effect itself, once more, outside the transform."""
    return lambda prepared: body(prepared, _ones())


def _used_again(body: Body, **fields: Any) -> Effect:
    return Effect(body, again=_repeat(body), **fields)


def _stateful(value: Callable[[Any], Any], **fields: Any) -> Effect:
    """A write of `value(v)`, read back later."""
    return Effect(
        _write(value), prepare=_create_zeros, again=lambda prepared: _read_state(), **fields
    )


EFFECTS: dict[str, Effect] = {
    "construct": _used_again(_construct),
    "param-create": _used_again(_param()),
    "param-random": _used_again(_param(hk.initializers.RandomNormal())),
    "param-exists": _used_again(_param(), prepare=lambda: _param()(None, _ones())),
    "rng": Effect(_noise, draws=True),
    "rng-later": _used_again(_noise, draws=True),
    "rng-scoped": _used_again(_scoped_noise, prepare=hk.next_rng_key),
    "rng-reserved": _used_again(_noise, prepare=lambda: hk.reserve_rng_keys(4), draws=True),
    "state-create": _used_again(_read_state),
    "state-read": _used_again(_read_state, prepare=_read_state),
    "state-write-python": _stateful(lambda v: 2.0),
    "state-write-constant": _stateful(lambda v: jnp.ones(3)),
    "state-write-counter": _stateful(lambda v: hk.get_state("s") + 1.0, counts=True),
    "state-write-data": _stateful(lambda v: jnp.ones(3) * v.sum()),
    "batchnorm-train": _used_again(
        _normalize(lambda: True), prepare=_batch_norm, pure=_pure_normalize
    ),
    "batchnorm-eval": _used_again(
        _normalize(hk.running_init), prepare=_batch_norm, pure=_pure_normalize
    ),
}
