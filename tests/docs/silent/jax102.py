"""What the page of JAX102 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def noisy(key, x):
    return x + jax.random.normal(key, x.shape)


def key_for_each_row(xs):
    keys = hk.next_rng_keys(len(xs))
    return jax.vmap(noisy)(keys, xs)


def one_key_on_purpose(xs):
    key = hk.next_rng_key()
    return jax.vmap(lambda x: noisy(key, x))(xs)


def scoped_key(xs):
    def row(key, x):
        with hk.with_rng(key):
            return x + jax.random.normal(hk.next_rng_key(), x.shape)

    return jax.vmap(row)(jnp.stack(hk.next_rng_keys(len(xs))), xs)


def key_in_a_lifted_loop(xs):
    def step(total, x):
        total = total + noisy(hk.next_rng_key(), x)
        return total, total

    return hk.scan(step, jnp.zeros(3), xs)[1]


def main():
    xs, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    for function in (key_for_each_row, one_key_on_purpose, scoped_key, key_in_a_lifted_loop):
        model = hk.transform(function)
        model.apply(model.init(key, xs), key, xs)


if __name__ == "__main__":
    main()
