"""Ask for the output shape of somebody else's module with Haiku's own eval_shape.

It passes a copy of the parameters through the dry run and throws it away.
"""

import haiku as hk
import jax
import jax.numpy as jnp


def upsampled(signal: jax.Array) -> jax.Array:
    """`signal`, [time, 3], through an MLP, added to a ramp of the same shape."""
    net = hk.nets.MLP([6, 4])
    shape = hk.eval_shape(net, signal).shape
    ramp = jnp.broadcast_to(jnp.linspace(0.0, 1.0, shape[-1]), shape)
    return ramp + net(signal)


model = hk.without_apply_rng(hk.transform(upsampled))


def main():
    signal = jnp.ones((2, 3))
    params = model.init(jax.random.PRNGKey(0), signal)
    print("upsampled:", model.apply(params, signal))


if __name__ == "__main__":
    main()
