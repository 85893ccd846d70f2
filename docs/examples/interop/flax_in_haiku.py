"""A Flax layer inside a Haiku model: hkflax.lift files its parameters among Haiku's."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


def forward(x):
    """`x`, [batch, 3], through a Flax layer and a Haiku one."""
    layer = hkflax.lift(nn.Dense(4), name="from_flax")
    return hk.Linear(2)(jax.nn.relu(layer(x)))


model = hk.without_apply_rng(hk.transform(forward))


def main():
    x = jnp.ones((2, 3))
    params = model.init(jax.random.key(0), x)
    print(jax.tree.map(jnp.shape, params), model.apply(params, x).shape)


if __name__ == "__main__":
    main()
