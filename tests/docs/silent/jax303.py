"""What the page of JAX303 says is not reported."""

import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


def network(x, is_training):
    return hk.BatchNorm(True, True, 0.9)(x, is_training)


def evaluated(model, variables, x):
    return model.apply(variables, x, False)


def kept(model, variables, x):
    out, updates = model.apply(variables, x, True, mutable=["state"])
    return out, {**variables, **updates}


def everything(model, variables, x):
    return model.apply(variables, x, True, mutable=True)


def main():
    x = jnp.ones((2, 3))
    model = hkflax.Module(hk.transform_with_state(network))
    variables = model.init(jax.random.PRNGKey(0), x, True)
    for function in (evaluated, kept, everything):
        function(model, variables, x)


if __name__ == "__main__":
    main()
