"""BERT-style encoder: token + position embeddings, post-norm blocks, masked-LM head."""

import dataclasses

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np


@dataclasses.dataclass
class EncoderConfig:
    vocab_size: int = 64
    max_len: int = 32
    d_model: int = 16
    num_heads: int = 2
    num_layers: int = 2
    dropout: float = 0.1


def layer_norm(x: jnp.ndarray, name: str) -> jnp.ndarray:
    return hk.LayerNorm(axis=-1, create_scale=True, create_offset=True, name=name)(x)


class SelfAttention(hk.Module):
    def __init__(self, cfg: EncoderConfig, name=None):
        super().__init__(name=name)
        self.cfg = cfg

    def __call__(self, x, mask):
        head = self.cfg.d_model // self.cfg.num_heads
        attn_mask = (mask[:, None, None, :] * mask[:, None, :, None]).astype(bool)
        return hk.MultiHeadAttention(
            num_heads=self.cfg.num_heads,
            key_size=head,
            w_init=hk.initializers.VarianceScaling(),
            model_size=self.cfg.d_model,
        )(x, x, x, mask=attn_mask)


class FeedForward(hk.Module):
    def __init__(self, cfg: EncoderConfig, name=None):
        super().__init__(name=name)
        self.cfg = cfg

    def __call__(self, x):
        h = hk.Linear(4 * self.cfg.d_model)(x)
        return hk.Linear(self.cfg.d_model)(jax.nn.gelu(h))


class Encoder(hk.Module):
    """Returns contextual embeddings for every token."""

    def __init__(self, cfg: EncoderConfig, name="encoder"):
        super().__init__(name=name)
        self.cfg = cfg

    def _word_dropout(self, emb):
        # one decision per word, shared over its features
        keep = jax.random.bernoulli(hk.next_rng_key(), 1.0 - self.cfg.dropout, emb.shape[:1])
        return emb * keep[:, None]

    def __call__(self, tokens: jnp.ndarray, is_training: bool = True) -> jnp.ndarray:
        mask = jnp.greater(tokens, 0).astype(jnp.float32)
        emb = hk.Embed(self.cfg.vocab_size, self.cfg.d_model)(tokens)
        pos = hk.get_parameter(
            "positions",
            (self.cfg.max_len, self.cfg.d_model),
            init=hk.initializers.TruncatedNormal(stddev=0.02),
        )
        x = layer_norm(emb + pos[: tokens.shape[1]], "embed_norm")
        if is_training:
            x = jax.vmap(self._word_dropout)(x)  # JAX102: 17-45 silent
        for i in range(self.cfg.num_layers):
            x = layer_norm(x + SelfAttention(self.cfg)(x, mask), f"attn_norm_{i}")
            x = layer_norm(x + FeedForward(self.cfg)(x), f"ff_norm_{i}")
        return x


def masked_lm(tokens: jnp.ndarray, is_training: bool = True) -> jnp.ndarray:
    cfg = EncoderConfig()
    hidden = Encoder(cfg)(tokens, is_training)
    return hk.Linear(cfg.vocab_size, name="mlm")(hidden)


def num_params(params) -> int:
    return int(sum(np.prod(p.shape) for p in jax.tree_util.tree_leaves(params)))


model = hk.transform(masked_lm)


def loss(params, rng, tokens, targets, weights):
    logp = jax.nn.log_softmax(model.apply(params, rng, tokens))
    picked = jnp.take_along_axis(logp, targets[..., None], axis=-1)[..., 0]
    return -jnp.sum(picked * weights) / jnp.maximum(weights.sum(), 1.0)
