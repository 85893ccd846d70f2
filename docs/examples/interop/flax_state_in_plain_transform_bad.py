"""A lifted Flax module with statistics under hk.transform, which has no room for them."""

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
    return hkflax.lift(Normed(), name="from_flax")(x, training)


model = hk.transform(forward)  # JAX302: 9-30 error(ValueError)


def main():
    print(model.init(jax.random.key(0), jnp.ones((2, 3)), True))


if __name__ == "__main__":
    main()
