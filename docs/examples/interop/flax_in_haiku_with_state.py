"""A Flax module with statistics inside a Haiku model: the model needs state then."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class Normed(nn.Module):
    @nn.compact
    def __call__(self, x, training: bool):
        return nn.BatchNorm(use_running_average=not training)(nn.Dense(4)(x))


def forward(x, training):
    normed = hkflax.lift(Normed(), name="from_flax")
    return hk.Linear(2)(jax.nn.relu(normed(x, training)))


model = hk.without_apply_rng(hk.transform_with_state(forward))


def main():
    x = jnp.arange(6.0).reshape(2, 3)
    params, state = model.init(jax.random.key(0), x, True)
    for _ in range(2):
        _, state = model.apply(params, state, x, True)
    print(model.apply(params, state, x, False)[0].shape, list(state))


if __name__ == "__main__":
    main()
