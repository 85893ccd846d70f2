"""What the page of JAX204 says is not reported."""

import json

import flax.linen as nn
import jax
import jax.numpy as jnp


class Model(nn.Module):
    norm: bool = True

    @nn.compact
    def __call__(self, x):
        if self.norm:
            x = nn.BatchNorm(use_running_average=True)(x)
        return nn.Dense(2)(x)


def whole(x):
    model = Model()
    variables = model.init(jax.random.key(0), x)
    params, others = variables["params"], {k: v for k, v in variables.items() if k != "params"}
    return model.apply({"params": params, **others}, x)


def without_statistics(x):
    model = Model(norm=False)
    return model.apply({"params": model.init(jax.random.key(0), x)["params"]}, x)


def made_by_apply(x):
    model = Model()
    params = model.init(jax.random.key(0), x)["params"]
    return model.apply({"params": params}, x, mutable=["batch_stats"])


def read_from_a_file(text, x):
    params = jnp.array(json.loads(text)["params"]["kernel"])
    variables = {"params": {"kernel": params}}
    return nn.Dense(2, use_bias=False).apply(variables, x)


def main():
    x = jnp.ones((2, 1))
    for function in (whole, without_statistics, made_by_apply):
        function(x)
    read_from_a_file('{"params": {"kernel": [[1, 2]]}}', x)


if __name__ == "__main__":
    main()
