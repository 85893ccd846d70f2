"""A stack of equal layers in Haiku: hk.layer_stack gives each its own parameters, stacked."""

import haiku as hk
import jax
import jax.numpy as jnp


class Block(hk.Module):
    def __init__(self, training: bool, name=None):
        super().__init__(name=name)
        self.training = training

    def __call__(self, x):
        x = jax.nn.relu(hk.Linear(x.shape[-1])(x))
        return hk.dropout(hk.next_rng_key(), 0.5, x) if self.training else x


def tower(x, training):
    """`x`, [batch, 6], through three blocks."""

    @hk.layer_stack(3)
    def blocks(h):
        return Block(training)(h)

    return blocks(x)


model = hk.transform(tower)


def main():
    x = jnp.ones((4, 6))
    params = model.init(jax.random.key(0), x, training=False)
    print(jax.tree.map(jnp.shape, params))
    print(model.apply(params, jax.random.key(1), x, training=True).shape)


if __name__ == "__main__":
    main()
