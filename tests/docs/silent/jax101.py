"""What the page of JAX101 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def parameters_as_arguments(xs):
    w = hk.get_parameter("w", (3, 3), init=jnp.ones)
    return jax.lax.scan(lambda c, x: (c, x @ w), 0.0, xs)[1]


def closure_over_parameters(xs):
    w, b = hk.get_parameter("w", (3, 3), init=jnp.ones), hk.get_parameter("b", (3,), init=jnp.zeros)

    @jax.checkpoint
    def layer(x):
        return x @ w + b

    return layer(xs)


def effect_in_the_argument(xs):
    noise = jax.jit(lambda key, x: x + jax.random.normal(key, x.shape))
    return noise(hk.next_rng_key(), xs)


def inline(xs):
    layer = jax.named_call(hk.Linear(3), name="layer")
    with jax.named_scope("all"):
        return jax.tree.map(layer, [xs, 2 * xs])


def only_at_apply(xs):
    layer = hk.Linear(3)
    if hk.running_init():
        return layer(xs)
    return jax.lax.scan(lambda c, x: (c, layer(x)), 0.0, xs)[1]


def network(xs):
    return hk.nets.MLP([4, 3])(xs)


def unknown_callable(callee, xs):
    return jax.lax.scan(callee, 0.0, xs)


def main():
    xs, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    functions = (parameters_as_arguments, closure_over_parameters, effect_in_the_argument, inline)
    for function in (*functions, only_at_apply):
        model = hk.transform(function)
        model.apply(model.init(key, xs), key, xs)
    outside = hk.without_apply_rng(hk.transform(network))
    params = outside.init(key, xs)
    jax.jit(outside.apply)(params, xs)
    jax.vmap(outside.apply, in_axes=(None, 0))(params, xs)


if __name__ == "__main__":
    main()
