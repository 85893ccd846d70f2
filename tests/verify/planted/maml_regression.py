"""MAML on sinusoids: adapt on the support set, evaluate on the query set."""

from functools import partial
from typing import Callable, NamedTuple

import haiku as hk
import jax
import jax.numpy as jnp


class Task(NamedTuple):
    support_x: jnp.ndarray
    support_y: jnp.ndarray
    query_x: jnp.ndarray
    query_y: jnp.ndarray


class MetaConfig(NamedTuple):
    inner_lr: float = 0.01
    outer_lr: float = 1e-3
    inner_steps: int = 2
    first_order: bool = False


def regressor(x: jnp.ndarray) -> jnp.ndarray:
    x = jax.nn.relu(hk.Linear(40)(x))
    x = jax.nn.relu(hk.Linear(40)(x))
    return hk.Linear(1)(x)


net = hk.without_apply_rng(hk.transform(regressor))


def mse(predicted: jnp.ndarray, target: jnp.ndarray) -> jnp.ndarray:
    return jnp.mean((predicted - target) ** 2)


def inner_loss(params: hk.Params, x: jnp.ndarray, y: jnp.ndarray) -> jnp.ndarray:
    return mse(net.apply(params, x), y)


def adapt(params: hk.Params, task: Task, config: MetaConfig) -> hk.Params:
    for _ in range(config.inner_steps):
        grads = jax.grad(inner_loss)(params, task.support_x, task.support_y)
        if config.first_order:
            grads = jax.lax.stop_gradient(grads)
        params = jax.tree_util.tree_map(
            lambda p, g: p - config.inner_lr * g, params, grads
        )
    return params


def outer_loss(params: hk.Params, tasks: Task, config: MetaConfig) -> jnp.ndarray:
    def per_task(task: Task) -> jnp.ndarray:
        adapted = adapt(params, task, config)
        return inner_loss(adapted, task.query_x, task.query_y)

    return jnp.mean(jax.vmap(per_task)(tasks))


def with_slope(x: jnp.ndarray):
    """The prediction and its derivative along x."""
    return jax.jvp(regressor, (x,), (jnp.ones_like(x),))  # JAX103: 12-57 tolerated


slope_net = hk.without_apply_rng(hk.transform(with_slope))


def sobolev_loss(params: hk.Params, x: jnp.ndarray, y: jnp.ndarray, dy: jnp.ndarray):
    predicted, slope = slope_net.apply(params, x)
    return mse(predicted, y) + 0.1 * mse(slope, dy)


def smoothness(params: hk.Params, x: jnp.ndarray) -> jnp.ndarray:
    """Penalty on the slope of the prediction, at the points x."""
    jac = jax.vmap(jax.jacfwd(lambda point: net.apply(params, point)))(x)
    return jnp.mean(jac**2)


@partial(jax.jit, static_argnums=2)
def meta_step(params: hk.Params, tasks: Task, config: MetaConfig):
    loss, grads = jax.value_and_grad(outer_loss)(params, tasks, config)
    params = jax.tree_util.tree_map(lambda p, g: p - config.outer_lr * g, params, grads)
    return params, loss


def run(params: hk.Params, sample: Callable[[int], Task], steps: int, config: MetaConfig):
    history = []
    for i in range(steps):
        params, loss = meta_step(params, sample(i), config)
        history.append(float(loss))
    return params, history
