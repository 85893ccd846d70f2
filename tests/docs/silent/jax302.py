"""What the page of JAX302 says is not reported."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class Torso(nn.Module):
    norm: bool = True

    @nn.compact
    def __call__(self, x):
        if self.norm:
            x = nn.BatchNorm(use_running_average=False)(x)
        x = nn.Dense(2)(x)
        self.sow("intermediates", "features", x)
        return x


plain = hk.transform(lambda x: hkflax.lift(Torso(norm=False), name="torso")(x))
stateful = hk.transform_with_state(lambda x: hkflax.lift(Torso(), name="torso")(x))


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    plain.apply(plain.init(key, x), None, x)
    params, state = stateful.init(key, x)
    out, state = stateful.apply(params, state, None, x)
    print(out.shape, len(state))


if __name__ == "__main__":
    main()
