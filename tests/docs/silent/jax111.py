"""What the page of JAX111 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def mapped(x, **options):
    return hk.vmap(hk.Linear(3), **options)(x)


def given(x):
    return hk.vmap(hk.Linear(3), split_rng=False)(mapped(x, split_rng=False))


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    model = hk.transform(given)
    model.apply(model.init(key, x), None, x)


if __name__ == "__main__":
    main()
