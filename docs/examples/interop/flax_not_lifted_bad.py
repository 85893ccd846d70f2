"""A Flax layer called inside hk.transform as if it were one of Haiku's."""

import flax.linen as nn
import haiku as hk
import jax
import jax.numpy as jnp


def forward(x):
    h = nn.Dense(4)(x)  # JAX301: 9-23 error(CallCompactUnboundModuleError)
    return hk.Linear(2)(jax.nn.relu(h))


model = hk.without_apply_rng(hk.transform(forward))


def main():
    print(model.init(jax.random.key(0), jnp.ones((2, 3))))


if __name__ == "__main__":
    main()
