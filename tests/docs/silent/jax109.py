"""What the page of JAX109 says is not reported."""

import haiku as hk
import jax
import jax.numpy as jnp


def scaled(x, factor=1.0, *shifts):
    return hk.Linear(3)(x) * factor + sum(shifts)


model = hk.transform(scaled)


def forward(*args, **kwargs):
    return model.apply(*args, **kwargs)


def main():
    x, key = jnp.ones((2, 3)), jax.random.PRNGKey(0)
    params = model.init(key, x)
    model.apply(params, None, x)
    model.apply(params, None, x, 2.0)
    model.apply(params, None, x, 2.0, 1.0, 1.0)
    forward(params, None, x=x)


if __name__ == "__main__":
    main()
