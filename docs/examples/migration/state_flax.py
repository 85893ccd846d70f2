"""Batch statistics in Flax: a collection of its own, which the caller makes mutable."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Digits(nn.Module):
    @nn.compact
    def __call__(self, images, training: bool):
        x = nn.Dense(8)(images)
        x = nn.BatchNorm(use_running_average=not training, momentum=0.9)(x)
        return nn.Dense(3)(nn.relu(x))


model = Digits()


def loss(params, batch_stats, images, labels):
    logits, updates = model.apply(
        {"params": params, "batch_stats": batch_stats},
        images,
        training=True,
        mutable=["batch_stats"],
    )
    nll = -(jax.nn.one_hot(labels, 3) * jax.nn.log_softmax(logits)).sum(-1).mean()
    return nll, updates["batch_stats"]


@jax.jit
def train_step(params, batch_stats, images, labels):
    grads, batch_stats = jax.grad(loss, has_aux=True)(params, batch_stats, images, labels)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads), batch_stats


def main():
    images, labels = jnp.arange(24.0).reshape(4, 6), jnp.arange(4) % 3
    variables = model.init(jax.random.key(0), images, training=False)
    params, batch_stats = variables["params"], variables["batch_stats"]
    for _ in range(3):
        params, batch_stats = train_step(params, batch_stats, images, labels)
    logits = model.apply({"params": params, "batch_stats": batch_stats}, images, training=False)
    print(logits.shape, list(batch_stats))


if __name__ == "__main__":
    main()
