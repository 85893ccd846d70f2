"""Ask for the output shape of somebody else's module with jax.eval_shape.

The module makes its parameters on its first call, which is the dry run: they leak.
"""

import haiku as hk
import jax
import jax.numpy as jnp


def upsampled(signal: jax.Array) -> jax.Array:
    """`signal`, [time, 3], through an MLP, added to a ramp of the same shape."""
    net = hk.nets.MLP([6, 4])
    shape = jax.eval_shape(net, signal).shape  # JAX101: 13-40 leak
    ramp = jnp.broadcast_to(jnp.linspace(0.0, 1.0, shape[-1]), shape)
    return ramp + net(signal)


model = hk.without_apply_rng(hk.transform(upsampled))


def main():
    signal = jnp.ones((2, 3))
    params = model.init(jax.random.PRNGKey(0), signal)
    print("upsampled:", model.apply(params, signal))


if __name__ == "__main__":
    main()
