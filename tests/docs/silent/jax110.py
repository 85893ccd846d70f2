"""What the page of JAX110 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def built_before(x):
    layer = hk.Linear(3)
    return hk.fori_loop(0, 2, lambda _, c: layer(c), x)


def guarded(x):
    easy, hard = hk.Linear(3, name="easy"), hk.Linear(3, name="hard")
    if hk.running_init():
        return easy(x) + hard(x)
    return hk.cond(jnp.sum(x) > 0, easy, hard, x)


def guarded_loop(x):
    layer = hk.Linear(3)
    if not hk.running_init():
        return hk.while_loop(lambda c: jnp.sum(c) < 10, lambda c: c + jnp.abs(layer(c)) + 1, x)
    return layer(x)


def same_module(x):
    layer = hk.Linear(3)
    return hk.cond(jnp.sum(x) > 0, layer, lambda v: layer(-v), x)


def same_parameters(x):
    def branch(v):
        return hk.Linear(3, name="shared")(v)

    return hk.cond(jnp.sum(x) > 0, branch, branch, x)


def main():
    x, key = jnp.ones(3), jax.random.PRNGKey(0)
    for function in (built_before, guarded, guarded_loop, same_module, same_parameters):
        model = hk.transform(function)
        model.apply(model.init(key, x), key, x)


if __name__ == "__main__":
    main()
