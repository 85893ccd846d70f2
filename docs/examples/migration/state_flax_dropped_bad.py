"""Flax: the new statistics come back, and are thrown away: they stay as init left them."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Digits(nn.Module):
    @nn.compact
    def __call__(self, images, training: bool):
        x = nn.BatchNorm(use_running_average=not training)(nn.Dense(8)(images))
        return nn.Dense(3)(nn.relu(x))


model = Digits()


def train(variables, images, steps=3):
    def loss(params):
        logits, _ = model.apply(  # JAX207: 21-+2:10 silent
            {**variables, "params": params}, images, training=True, mutable=["batch_stats"]
        )
        return jnp.mean(logits**2)

    params = variables["params"]
    for _ in range(steps):
        params = jax.tree.map(lambda p, g: p - 0.1 * g, params, jax.grad(loss)(params))
    return {**variables, "params": params}


def main():
    images = jnp.arange(24.0).reshape(4, 6)
    variables = train(model.init(jax.random.key(0), images, training=False), images)
    mean = variables["batch_stats"]["BatchNorm_0"]["mean"]
    assert (mean == 0).all()
    print("the mean after three steps:", mean)


if __name__ == "__main__":
    main()
