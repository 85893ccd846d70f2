"""Ask for the output shape of somebody else's module: the pure apply of a lifted inner transform.

The parameters are among the outer ones, under the name "inner".
"""

import haiku as hk
import jax
import jax.numpy as jnp


def upsampled(signal: jax.Array) -> jax.Array:
    """`signal`, [time, 3], through an MLP, added to a ramp of the same shape."""
    inner = hk.without_apply_rng(hk.transform(lambda s: hk.nets.MLP([6, 4])(s)))
    rng = hk.next_rng_key() if hk.running_init() else None
    params = hk.lift(inner.init, name="inner")(rng, signal)
    shape = jax.eval_shape(inner.apply, params, signal).shape
    ramp = jnp.broadcast_to(jnp.linspace(0.0, 1.0, shape[-1]), shape)
    return ramp + inner.apply(params, signal)


model = hk.without_apply_rng(hk.transform(upsampled))


def main():
    signal = jnp.ones((2, 3))
    params = model.init(jax.random.PRNGKey(0), signal)
    print("modules:", list(params))
    print("upsampled:", model.apply(params, signal))


if __name__ == "__main__":
    main()
