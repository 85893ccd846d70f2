"""What the page of JAX104 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def layer(x):
    return hk.Linear(2)(x)


def halved(x):
    return x / 2


def lifted(x):
    inner = hk.without_apply_rng(hk.transform(layer))
    params = hk.lift(inner.init, name="inner")(hk.next_rng_key(), x)
    return inner.apply(params, x)


def transparent(x):
    inner = hk.without_apply_rng(hk.transform(layer))
    params = hk.transparent_lift(inner.init)(hk.next_rng_key(), x)
    return inner.apply(params, x)


def sizes_only(x):
    inner = hk.transform(layer)
    params = jax.eval_shape(inner.init, hk.next_rng_key(), x)
    return hk.data_structures.tree_size(params)


def weights_from_a_hypernetwork(x):
    inner = hk.without_apply_rng(hk.transform(layer))
    flat = hk.Linear(8, name="hyper")(x)
    return inner.apply({"linear": {"w": flat[:6].reshape(3, 2), "b": flat[6:]}}, x)


def without_parameters(x):
    inner = hk.transform(halved)
    return inner.apply(inner.init(None, x), None, x)


def main():
    x, key = jnp.ones(3), jax.random.PRNGKey(0)
    functions = (lifted, transparent, sizes_only, weights_from_a_hypernetwork, without_parameters)
    for function in functions:
        model = hk.transform(function)
        model.apply(model.init(key, x), key, x)
    outside = hk.transform(layer)
    outside.apply(outside.init(key, x), key, x)


if __name__ == "__main__":
    main()
