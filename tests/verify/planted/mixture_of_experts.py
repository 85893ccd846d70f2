"""Sparsely gated mixture of experts with noisy routing and a load balancing loss."""

from __future__ import annotations

import haiku as hk
import jax
import jax.numpy as jnp


class Expert(hk.Module):
    def __init__(self, hidden: int, out: int, name: str | None = None):
        super().__init__(name=name)
        self.hidden = hidden
        self.out = out

    def __call__(self, x: jax.Array) -> jax.Array:
        return hk.Linear(self.out)(jax.nn.relu(hk.Linear(self.hidden)(x)))


class NoisyRouter(hk.Module):
    """Scores of the experts for each token."""

    def __init__(self, num_experts: int, noise: float = 1e-1, name: str | None = None):
        super().__init__(name=name)
        self.num_experts = num_experts
        self.noise = noise

    def jitter(self, scores: jax.Array) -> jax.Array:
        eps = jax.random.gumbel(hk.next_rng_key(), scores.shape)
        return scores + self.noise * eps

    def __call__(self, tokens: jax.Array, train: bool) -> jax.Array:
        scores = hk.Linear(self.num_experts, with_bias=False)(tokens)
        if train:
            scores = jax.vmap(self.jitter)(scores)  # JAX102: 22-43 silent
        return jax.nn.softmax(scores, axis=-1)


def load_balance(gates: jax.Array, chosen: jax.Array) -> jax.Array:
    num_experts = gates.shape[-1]
    share = jnp.mean(jax.nn.one_hot(chosen, num_experts), axis=0)
    mass = jnp.mean(gates, axis=0)
    return num_experts * jnp.sum(share * mass)


class MoELayer(hk.Module):
    def __init__(self, num_experts: int, width: int, hidden: int, name: str | None = None):
        super().__init__(name=name)
        self.num_experts = num_experts
        self.width = width
        self.hidden = hidden

    def __call__(self, x: jax.Array, train: bool) -> tuple[jax.Array, jax.Array]:
        tokens = x.reshape(-1, x.shape[-1])
        gates = NoisyRouter(self.num_experts)(tokens, train)
        chosen = jnp.argmax(gates, axis=-1)
        weight = jnp.take_along_axis(gates, chosen[:, None], axis=-1)
        outputs = jnp.stack(
            [
                Expert(self.hidden, self.width, name=f"expert_{i}")(tokens)
                for i in range(self.num_experts)
            ]
        )
        picked = jnp.take_along_axis(outputs, chosen[None, :, None], axis=0)[0]
        mixed = (weight * picked).reshape(*x.shape[:-1], self.width)
        return mixed, load_balance(gates, chosen)


def switch_block(x: jax.Array, train: bool = True) -> tuple[jax.Array, jax.Array]:
    normed = hk.LayerNorm(-1, True, True)(x)
    mixed, auxiliary = MoELayer(num_experts=4, width=x.shape[-1], hidden=32)(normed, train)
    return x + mixed, auxiliary


def switch_network(x: jax.Array, train: bool = True) -> tuple[jax.Array, jax.Array]:
    total = jnp.zeros(())
    for _ in range(2):
        x, auxiliary = switch_block(x, train)
        total = total + auxiliary
    return hk.Linear(1)(x)[..., 0], total


model = hk.transform(switch_network)


def loss(params: hk.Params, key: jax.Array, x: jax.Array, y: jax.Array) -> jax.Array:
    out, auxiliary = model.apply(params, key, x)
    return jnp.mean((out - y) ** 2) + 0.01 * auxiliary
