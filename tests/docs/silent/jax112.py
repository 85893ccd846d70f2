"""What the page of JAX112 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def noisy(x):
    return x + jax.random.normal(hk.next_rng_key(), x.shape)


def drawn_at_init_only(x):
    return hk.vmap(hk.Linear(3), split_rng=False)(x)


def split_at_apply(x):
    return hk.vmap(noisy, split_rng=not hk.running_init())(x)


def keys_as_arguments(x):
    def add(key, x):
        return x + jax.random.normal(key, x.shape)

    return hk.vmap(add, split_rng=False)(jnp.stack(hk.next_rng_keys(len(x))), x)


def scoped_keys(x):
    def row(key, x):
        with hk.with_rng(key):
            return noisy(x)

    return hk.vmap(row, split_rng=False)(jnp.stack(hk.next_rng_keys(len(x))), x)


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    for function in (drawn_at_init_only, split_at_apply, keys_as_arguments, scoped_keys):
        model = hk.transform(function)
        model.apply(model.init(key, x), key, x)


if __name__ == "__main__":
    main()
