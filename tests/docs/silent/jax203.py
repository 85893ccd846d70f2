"""What the page of JAX203 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class TwoHeads(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(2)(x), nn.Dense(1)(x)


class Dictionary(nn.Module):
    @nn.compact
    def __call__(self, x):
        return {"mean": nn.Dense(2)(x), "spread": nn.Dense(2)(x)}


def two_outputs(x):
    model = TwoHeads()
    policy, value = model.apply(model.init(jax.random.key(0), x), x)
    return policy, value


def names_of_a_dictionary(x):
    model = Dictionary()
    mean, spread = model.apply(model.init(jax.random.key(0), x), x)
    return mean, spread


def output_and_variables(x):
    out, variables = TwoHeads().init_with_output(jax.random.key(0), x)
    return out, variables


def rows_of_a_batch_cut_in_two(x):
    model = nn.Dense(2)
    left, right = jnp.split(model.apply(model.init(jax.random.key(0), x), x), 2)
    return left, right


def main():
    for function in (
        two_outputs,
        names_of_a_dictionary,
        output_and_variables,
        rows_of_a_batch_cut_in_two,
    ):
        function(jnp.ones((4, 3)))


if __name__ == "__main__":
    main()
