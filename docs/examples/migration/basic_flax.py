"""The same first model in Flax: the module has init and apply, and variables have collections."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Block(nn.Module):
    width: int

    @nn.compact
    def __call__(self, x, training: bool):
        x = nn.relu(nn.Dense(self.width)(x))
        return nn.Dropout(0.2, deterministic=not training)(x)


class Digits(nn.Module):
    """Logits, [batch, 3], for images, [batch, 6]."""

    @nn.compact
    def __call__(self, images, training: bool):
        return nn.Dense(3)(Block(8)(images, training))


model = Digits()


def loss(params, key, images, labels):
    logits = model.apply({"params": params}, images, training=True, rngs={"dropout": key})
    return -(jax.nn.one_hot(labels, 3) * jax.nn.log_softmax(logits)).sum(-1).mean()


@jax.jit
def train_step(params, key, images, labels):
    grads = jax.grad(loss)(params, key, images, labels)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads)


def main():
    images, labels = jnp.ones((4, 6)), jnp.arange(4) % 3
    init_key, key = jax.random.split(jax.random.key(0))
    params = model.init(init_key, images, training=False)["params"]
    params = train_step(params, key, images, labels)
    print(model.apply({"params": params}, images, training=False).shape, list(params))


if __name__ == "__main__":
    main()
