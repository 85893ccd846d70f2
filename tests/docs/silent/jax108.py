"""What the page of JAX108 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def network(x):
    return hk.BatchNorm(True, True, 0.9)(hk.Linear(3)(x), is_training=True)


model = hk.transform_with_state(network)


def passed_on(params, state, x):
    return model.apply(params, state, None, x)


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    params, state = model.init(key, x)
    result = jax.block_until_ready(model.apply(params, state, None, x))
    shapes = jax.tree.map(jnp.shape, result)
    out = model.apply(params, state, None, x)[0]
    print(jnp.sum(out), shapes, passed_on(params, state, x)[0].shape)


if __name__ == "__main__":
    main()
