"""Perceiver: a small latent array that repeatedly attends to a large input array."""

import math
from typing import Optional

import haiku as hk
import jax
import jax.numpy as jnp


def fourier_positions(length: int, bands: int) -> jnp.ndarray:
    pos = jnp.linspace(-1.0, 1.0, length)[:, None]
    freqs = jnp.linspace(1.0, length / 2.0, bands)[None]
    angles = math.pi * pos * freqs
    return jnp.concatenate([jnp.sin(angles), jnp.cos(angles), pos], axis=-1)


class Dense(hk.Module):
    def __init__(self, widening: int = 2, name: Optional[str] = None):
        super().__init__(name=name)
        self.widening = widening

    def __call__(self, x):
        size = x.shape[-1]
        x = hk.LayerNorm(-1, True, True)(x)
        x = hk.Linear(self.widening * size)(x)
        return hk.Linear(size)(jax.nn.gelu(x))


class CrossAttention(hk.Module):
    def __init__(self, num_heads: int, name: Optional[str] = None):
        super().__init__(name=name)
        self.num_heads = num_heads

    def __call__(self, latents, inputs):
        size = latents.shape[-1]
        normed = hk.LayerNorm(-1, True, True, name="latent_norm")(latents)
        keys = hk.LayerNorm(-1, True, True, name="input_norm")(inputs)
        out = hk.MultiHeadAttention(
            self.num_heads,
            size // self.num_heads,
            model_size=size,
            w_init=hk.initializers.VarianceScaling(),
        )(normed, keys, keys)
        latents = latents + out
        return latents + Dense()(latents)


class Perceiver(hk.Module):
    def __init__(
        self,
        num_classes: int,
        num_latents: int = 6,
        latent_dim: int = 16,
        num_heads: int = 2,
        num_rounds: int = 3,
        bands: int = 4,
        name: Optional[str] = None,
    ):
        super().__init__(name=name)
        self.num_classes = num_classes
        self.num_latents = num_latents
        self.latent_dim = latent_dim
        self.num_heads = num_heads
        self.num_rounds = num_rounds
        self.bands = bands

    def __call__(self, inputs: jnp.ndarray) -> jnp.ndarray:
        batch, length, _ = inputs.shape
        pos = fourier_positions(length, self.bands)
        pos = jnp.broadcast_to(pos, (batch, *pos.shape))
        inputs = jnp.concatenate([inputs, pos], axis=-1)
        latents = hk.get_parameter(
            "latents",
            (self.num_latents, self.latent_dim),
            init=hk.initializers.TruncatedNormal(0.02),
        )
        latents = jnp.broadcast_to(latents, (batch, *latents.shape))

        read = CrossAttention(self.num_heads, name="read")
        think = CrossAttention(self.num_heads, name="think")

        def round_(_, z):
            z = read(z, inputs)
            return think(z, z)

        latents = jax.lax.fori_loop(0, self.num_rounds, round_, latents)  # JAX101: 19-73 leak
        return hk.Linear(self.num_classes)(latents.mean(axis=1))


classifier = hk.without_apply_rng(hk.transform(lambda x: Perceiver(num_classes=5)(x)))
