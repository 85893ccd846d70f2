"""WaveNet-like autoregressive model of audio with gated dilated convolutions."""

from typing import Sequence

import haiku as hk
import jax
import jax.numpy as jnp


def mu_law(audio: jnp.ndarray, levels: int = 256) -> jnp.ndarray:
    mu = levels - 1.0
    squashed = jnp.sign(audio) * jnp.log1p(mu * jnp.abs(audio)) / jnp.log1p(mu)
    return ((squashed + 1.0) / 2.0 * mu + 0.5).astype(jnp.int32)


class GatedBlock(hk.Module):
    def __init__(self, channels: int, dilation: int, name: str = None):
        super().__init__(name=name)
        self.channels = channels
        self.dilation = dilation

    def _causal(self, name: str):
        return hk.Conv1D(
            self.channels, 2, rate=self.dilation, padding=hk.pad.causal, name=name
        )

    def __call__(self, x: jnp.ndarray):
        filtered = jnp.tanh(self._causal("filter")(x))
        gate = jax.nn.sigmoid(self._causal("gate")(x))
        z = filtered * gate
        residual = hk.Conv1D(self.channels, 1, name="residual")(z)
        skip = hk.Conv1D(self.channels, 1, name="skip")(z)
        return x + residual, skip


class WaveNet(hk.Module):
    def __init__(
        self,
        levels: int = 256,
        channels: int = 8,
        dilations: Sequence[int] = (1, 2, 4, 8),
        name: str = "wavenet",
    ):
        super().__init__(name=name)
        self.levels = levels
        self.channels = channels
        self.dilations = dilations

    def features(self, audio: jnp.ndarray) -> jnp.ndarray:
        x = hk.Conv1D(self.channels, 1, name="front")(audio[..., None])
        skips = 0.0
        for i, dilation in enumerate(self.dilations):
            x, skip = GatedBlock(self.channels, dilation, name=f"block_{i}")(x)
            skips = skips + skip
        return jax.nn.relu(skips)

    def __call__(self, audio: jnp.ndarray) -> jnp.ndarray:
        """audio: float waveform, [batch, samples]."""
        x = self.features(audio)
        head = hk.nets.MLP([self.channels, self.levels], name="head")
        # one waveform at a time: the logits of a whole batch do not fit
        return jax.lax.map(head, x)  # JAX101: 16-36 leak


def forward(audio: jnp.ndarray) -> jnp.ndarray:
    return WaveNet()(audio)


model = hk.without_apply_rng(hk.transform(forward))


def bits_per_sample(params: hk.Params, audio: jnp.ndarray) -> jnp.ndarray:
    logits = model.apply(params, audio)[:, :-1]
    targets = mu_law(audio)[:, 1:]
    logp = jax.nn.log_softmax(logits)
    nats = -jnp.take_along_axis(logp, targets[..., None], axis=-1).mean()
    return nats / jnp.log(2.0)


def receptive_field(dilations: Sequence[int]) -> int:
    return sum(dilations) + 1
