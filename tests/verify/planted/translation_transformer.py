# Sequence to sequence transformer: encoder, causal decoder that attends to the encoder's memory.
# Small on purpose; used by the tutorials.

import functools

import haiku as hk
import jax
import jax.numpy as jnp
from jax import nn


def ln(x):
    return hk.LayerNorm(-1, True, True)(x)


def sinusoid(length, width):
    pos = jnp.arange(length)[:, None]
    freq = jnp.exp(-jnp.log(10000.0) * jnp.arange(0, width, 2) / width)
    return jnp.concatenate([jnp.sin(pos * freq), jnp.cos(pos * freq)], axis=-1)


class Attention(hk.Module):
    def __init__(self, heads, width, name=None):
        super().__init__(name)
        self.heads, self.width = heads, width

    def __call__(self, q, kv, mask=None):
        per_head = self.width // self.heads

        def project(x, name):
            y = hk.Linear(self.width, with_bias=False, name=name)(x)
            return y.reshape(*y.shape[:-1], self.heads, per_head)

        query, key, value = project(q, "q"), project(kv, "k"), project(kv, "v")
        logits = jnp.einsum("bthd,bshd->bhts", query, key) / per_head**0.5
        if mask is not None:
            logits = jnp.where(mask, logits, -1e9)
        out = jnp.einsum("bhts,bshd->bthd", nn.softmax(logits), value)
        return hk.Linear(self.width, name="out")(out.reshape(*out.shape[:-2], self.width))


class EncoderLayer(hk.Module):
    def __init__(self, heads, width, name=None):
        super().__init__(name)
        self.heads, self.width = heads, width

    def __call__(self, x):
        x = x + Attention(self.heads, self.width)(ln(x), ln(x))
        return x + hk.nets.MLP([2 * self.width, self.width], activation=nn.gelu)(ln(x))


class DecoderLayer(hk.Module):
    def __init__(self, heads, width, name=None):
        super().__init__(name)
        self.heads, self.width = heads, width

    def __call__(self, x, memory):
        steps = x.shape[1]
        causal = jnp.tril(jnp.ones((steps, steps), bool))
        x = x + Attention(self.heads, self.width, name="self")(ln(x), ln(x), causal)
        x = x + Attention(self.heads, self.width, name="cross")(ln(x), memory)
        return x + hk.nets.MLP([2 * self.width, self.width], activation=nn.gelu)(ln(x))


class Translator(hk.Module):
    def __init__(self, vocab_size, layers=2, heads=2, width=16, name=None):
        super().__init__(name)
        self.embed = hk.Embed(vocab_size, width)
        self.encoder_layers = [EncoderLayer(heads, width, name=f"enc{i}") for i in range(layers)]
        self.decoder_layers = [DecoderLayer(heads, width, name=f"dec{i}") for i in range(layers)]
        self.width = width

    def embed_with_positions(self, tokens):
        return self.embed(tokens) * self.width**0.5 + sinusoid(tokens.shape[1], self.width)

    def encode(self, source):
        memory = self.embed_with_positions(source)
        for layer in self.encoder_layers:
            memory = layer(memory)
        return ln(memory)

    def decode(self, target, memory):
        x = self.embed_with_positions(target)
        for layer in self.decoder_layers:
            save_memory = functools.partial(layer, memory=memory)
            x = jax.remat(save_memory)(x)  # JAX101: 17-39 leak
        return ln(x) @ self.embed.embeddings.T

    def __call__(self, source, target):
        return self.decode(target, self.encode(source))


@hk.without_apply_rng
@hk.transform
def translate(source, target):
    return Translator(vocab_size=50)(source, target)


def cross_entropy(params, source, target):
    logits = translate.apply(params, source, target[:, :-1])
    logp = nn.log_softmax(logits)
    gold = nn.one_hot(target[:, 1:], logits.shape[-1])
    return -(gold * logp).sum(-1).mean()
