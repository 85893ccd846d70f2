"""What the page of JAX206 says is not reported."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Attention(nn.Module):
    @nn.compact
    def __call__(self, words):
        weights = nn.softmax(nn.Dense(4)(words) @ words.T)
        self.sow("intermediates", "weights", weights)
        return weights @ words


def not_wanted(params, words):
    return Attention().apply({"params": params}, words)


def mutable(params, words):
    _, updates = Attention().apply({"params": params}, words, mutable=["intermediates"])
    return updates["intermediates"]["weights"]


def captured(params, words):
    _, updates = Attention().apply({"params": params}, words, capture_intermediates=True)
    return updates["intermediates"]["weights"]


def names_from_outside(params, words, names):
    _, updates = Attention().apply({"params": params}, words, mutable=names)
    return updates.get("intermediates", {})


def main():
    words = jnp.ones((3, 4))
    params = Attention().init(jax.random.key(0), words)["params"]
    for function in (not_wanted, mutable, captured):
        function(params, words)
    names_from_outside(params, words, ["intermediates"])


if __name__ == "__main__":
    main()
