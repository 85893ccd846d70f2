"""Conformer-like speech encoder with a CTC head."""

from typing import NamedTuple

import haiku as hk
import jax
import jax.numpy as jnp


class SpeechConfig(NamedTuple):
    width: int = 16
    heads: int = 2
    layers: int = 2
    kernel: int = 5
    dropout: float = 0.1
    vocabulary: int = 29


class ConvModule(hk.Module):
    def __init__(self, config: SpeechConfig, name: str = "conv"):
        super().__init__(name=name)
        self.config = config

    def __call__(self, x: jnp.ndarray) -> jnp.ndarray:
        x = hk.LayerNorm(-1, True, True)(x)
        a, b = jnp.split(hk.Linear(2 * self.config.width)(x), 2, axis=-1)
        x = a * jax.nn.sigmoid(b)
        x = hk.DepthwiseConv1D(1, self.config.kernel)(x)
        return hk.Linear(self.config.width)(jax.nn.silu(x))


class ConformerLayer(hk.Module):
    def __init__(self, config: SpeechConfig, name: str = "layer"):
        super().__init__(name=name)
        self.config = config

    def _drop(self, x: jnp.ndarray, is_training: bool) -> jnp.ndarray:
        if not is_training:
            return x
        return hk.dropout(hk.next_rng_key(), self.config.dropout, x)

    def __call__(self, x: jnp.ndarray, is_training: bool) -> jnp.ndarray:
        c = self.config
        feed = hk.nets.MLP([2 * c.width, c.width], activation=jax.nn.silu)
        x = x + 0.5 * self._drop(feed(x), is_training)
        normed = hk.LayerNorm(-1, True, True, name="attention_norm")(x)
        attention = hk.MultiHeadAttention(
            c.heads, c.width // c.heads, w_init=hk.initializers.VarianceScaling()
        )
        x = x + self._drop(attention(normed, normed, normed), is_training)
        return x + ConvModule(c)(x)


def encode(spectrogram: jnp.ndarray, is_training: bool = True) -> jnp.ndarray:
    """Log-probabilities, from filter banks [batch, frames, mels]."""
    config = SpeechConfig()
    x = hk.Conv1D(config.width, 3, stride=2, name="subsample")(spectrogram)
    for i in range(config.layers):
        x = ConformerLayer(config, name=f"layer_{i}")(x, is_training)
    return jax.nn.log_softmax(hk.Linear(config.vocabulary, name="ctc")(x))


encoder = hk.transform(encode)


def greedy_decode(log_probs: jnp.ndarray, blank: int = 0) -> jnp.ndarray:
    best = jnp.argmax(log_probs, axis=-1)
    previous = jnp.pad(best[:, :-1], ((0, 0), (1, 0)), constant_values=blank)
    return jnp.where(best == previous, blank, best)


def frame_loss(params: hk.Params, key: jnp.ndarray, spectrogram, alignment) -> jnp.ndarray:
    log_probs = encoder.apply(params, key, spectrogram)
    return -jnp.mean(jnp.take_along_axis(log_probs, alignment[..., None], axis=-1))


def transcribe(params: hk.Params, spectrogram: jnp.ndarray) -> jnp.ndarray:
    log_probs = encoder.apply(params, None, spectrogram)  # JAX107: 17-57 error(ValueError)
    return greedy_decode(log_probs)


@jax.jit
def update(params: hk.Params, key: jnp.ndarray, spectrogram, alignment, lr):
    grads = jax.grad(frame_loss)(params, key, spectrogram, alignment)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
