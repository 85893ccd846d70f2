"""A first model in Haiku: a stack of blocks with dropout, transformed, trained for a step."""

import haiku as hk
import jax
import jax.numpy as jnp


class Block(hk.Module):
    def __init__(self, width: int, name=None):
        super().__init__(name=name)
        self.width = width

    def __call__(self, x, training: bool):
        x = jax.nn.relu(hk.Linear(self.width)(x))
        return hk.dropout(hk.next_rng_key(), 0.2, x) if training else x


def digits(images, training):
    """Logits, [batch, 3], for `images`, [batch, 6]."""
    return hk.Linear(3)(Block(8)(images, training))


model = hk.transform(digits)


def loss(params, key, images, labels):
    logits = model.apply(params, key, images, training=True)
    return -(jax.nn.one_hot(labels, 3) * jax.nn.log_softmax(logits)).sum(-1).mean()


@jax.jit
def train_step(params, key, images, labels):
    grads = jax.grad(loss)(params, key, images, labels)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads)


def main():
    images, labels = jnp.ones((4, 6)), jnp.arange(4) % 3
    init_key, key = jax.random.split(jax.random.key(0))
    params = model.init(init_key, images, training=False)
    params = train_step(params, key, images, labels)
    print(model.apply(params, None, images, training=False).shape, list(params))


if __name__ == "__main__":
    main()
