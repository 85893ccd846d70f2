"""What the page of JAX107 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def network(x, is_training):
    x = hk.Linear(3)(x)
    if is_training:
        x = hk.dropout(hk.next_rng_key(), 0.5, x)
    return x


def optional_noise(x):
    key = hk.maybe_next_rng_key()
    return x if key is None else x + jax.random.normal(key, x.shape)


def constant_weights(x):
    return hk.Linear(3, w_init=jnp.zeros)(x)


model, noise, linear = (hk.transform(f) for f in (network, optional_noise, constant_weights))


def evaluate(params, x, key=None):
    return model.apply(params, key, x, True)


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    params = model.init(key, x, True)
    model.apply(params, None, x, is_training=False)
    evaluate(params, x, key)
    noise.apply({}, None, x)
    linear.apply(linear.init(None, x), None, x)


if __name__ == "__main__":
    main()
