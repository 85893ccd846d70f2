"""What the page of JAX304 says is not reported."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


class AutoEncoder(hk.Module):
    def encode(self, x):
        return hk.Linear(2)(x)

    def __call__(self, x):
        return hk.Linear(3)(self.encode(x))


def by_call(model, variables, x):
    return model.apply(variables, x, method="__call__"), model.bind(variables)(x)


def of_every_module(model, variables, x):
    return model.clone().tabulate(jax.random.PRNGKey(0), x)


def wrapped_function(model, variables, x):
    encoder = hkflax.Module(hk.transform(lambda x: AutoEncoder().encode(x)))
    return encoder.apply(variables, x)


def main():
    x = jnp.ones((2, 3))
    model = hkflax.Module.create(AutoEncoder)
    variables = model.init(jax.random.PRNGKey(0), x)
    for function in (by_call, of_every_module, wrapped_function):
        function(model, variables, x)


if __name__ == "__main__":
    main()
