"""Batch statistics in Haiku: state goes in beside the parameters, and out beside the logits."""

import haiku as hk
import jax
import jax.numpy as jnp


def digits(images, training):
    x = hk.Linear(8)(images)
    x = hk.BatchNorm(create_scale=True, create_offset=True, decay_rate=0.9)(x, training)
    return hk.Linear(3)(jax.nn.relu(x))


model = hk.without_apply_rng(hk.transform_with_state(digits))


def loss(params, state, images, labels):
    logits, state = model.apply(params, state, images, training=True)
    nll = -(jax.nn.one_hot(labels, 3) * jax.nn.log_softmax(logits)).sum(-1).mean()
    return nll, state


@jax.jit
def train_step(params, state, images, labels):
    grads, state = jax.grad(loss, has_aux=True)(params, state, images, labels)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), state


def main():
    images, labels = jnp.arange(24.0).reshape(4, 6), jnp.arange(4) % 3
    # Haiku's BatchNorm makes its statistics only in training mode.
    params, state = model.init(jax.random.key(0), images, training=True)
    for _ in range(3):
        params, state = train_step(params, state, images, labels)
    logits, _ = model.apply(params, state, images, training=False)
    print(logits.shape, list(state))


if __name__ == "__main__":
    main()
