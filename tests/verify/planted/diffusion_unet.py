"""Denoising diffusion: a U-Net that predicts the noise, conditioned on the timestep."""

from typing import Callable, Sequence

import haiku as hk
import jax
import jax.numpy as jnp


def fourier_features(t, width):
    """Sinusoidal features of one timestep (a scalar)."""
    half = width // 2
    freqs = jnp.exp(-jnp.log(1e4) * jnp.arange(half) / half)
    return jnp.concatenate([jnp.sin(t * freqs), jnp.cos(t * freqs)])


class TimeEmbedding(hk.Module):
    def __init__(self, width: int, name=None):
        super().__init__(name=name)
        self.width = width

    def __call__(self, t):
        features = fourier_features(t, self.width)
        h = jax.nn.silu(hk.Linear(2 * self.width)(features))
        return hk.Linear(self.width)(h)


class ConvBlock(hk.Module):
    def __init__(self, channels: int, groups: int = 4, name=None):
        super().__init__(name=name)
        self.channels = channels
        self.groups = groups

    def __call__(self, x, temb):
        h = hk.Conv2D(self.channels, 3)(x)
        h = hk.GroupNorm(self.groups)(h)
        h = h + hk.Linear(self.channels)(temb)[:, None, None, :]
        h = hk.Conv2D(self.channels, 3)(jax.nn.silu(h))
        skip = x if x.shape[-1] == self.channels else hk.Conv2D(self.channels, 1)(x)
        return jax.nn.silu(h) + skip


def upsample(x):
    return jnp.repeat(jnp.repeat(x, 2, axis=1), 2, axis=2)


class UNet(hk.Module):
    def __init__(self, channels: Sequence[int] = (8, 16), out_channels: int = 3, name=None):
        super().__init__(name=name)
        self.channels = channels
        self.out_channels = out_channels

    def __call__(self, x, t):
        embed = TimeEmbedding(16)
        temb = jax.vmap(embed)(t)  # JAX103: 16-31 tolerated
        skips = []
        for i, c in enumerate(self.channels):
            x = ConvBlock(c, name=f"down_{i}")(x, temb)
            skips.append(x)
            x = hk.avg_pool(x, (1, 2, 2, 1), (1, 2, 2, 1), "SAME")
        x = ConvBlock(self.channels[-1], name="middle")(x, temb)
        for i, c in reversed(list(enumerate(self.channels))):
            x = jnp.concatenate([upsample(x), skips[i]], axis=-1)
            x = ConvBlock(c, name=f"up_{i}")(x, temb)
        return hk.Conv2D(self.out_channels, 1, w_init=jnp.zeros)(x)


denoiser = hk.without_apply_rng(hk.transform(lambda x, t: UNet()(x, t)))


def cosine_alphas(num_steps: int = 1000, s: float = 0.008):
    steps = jnp.arange(num_steps + 1) / num_steps
    f = jnp.cos((steps + s) / (1 + s) * jnp.pi / 2) ** 2
    return jnp.clip(f[1:] / f[0], 1e-4, 1.0)


def diffusion_loss(params, key, images, predict: Callable = denoiser.apply):
    alphas = cosine_alphas()
    key_t, key_noise = jax.random.split(key)
    t = jax.random.randint(key_t, images.shape[:1], 0, alphas.shape[0])
    noise = jax.random.normal(key_noise, images.shape)
    a = alphas[t][:, None, None, None]
    noisy = jnp.sqrt(a) * images + jnp.sqrt(1 - a) * noise
    return jnp.mean((predict(params, noisy, t.astype(jnp.float32)) - noise) ** 2)
