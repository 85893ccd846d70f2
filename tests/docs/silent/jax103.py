"""What the page of JAX103 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def slope_of_a_pure_function(x):
    w = hk.get_parameter("w", (3,), init=jnp.ones)
    return jax.grad(lambda x: jnp.tanh(x @ w))(x)


def only_at_apply(x):
    layer = hk.Linear(1)
    if hk.running_init():
        return layer(x)
    return hk.grad(lambda x: layer(x)[0])(x)


def inline(x):
    return jax.tree.map(hk.Linear(2), {"a": x, "b": -x})


def main():
    x, key = jnp.ones(3), jax.random.PRNGKey(0)
    for function in (slope_of_a_pure_function, only_at_apply, inline):
        model = hk.transform(function)
        model.apply(model.init(key, x), key, x)


if __name__ == "__main__":
    main()
