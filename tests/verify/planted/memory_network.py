"""End-to-end memory network for question answering over short stories."""

import haiku as hk
import jax
import jax.numpy as jnp


def position_encoding(words, size):
    """Sukhbaatar et al., section 4.1: weights for the words of a sentence."""
    j = jnp.arange(1, words + 1)[:, None] / words
    k = jnp.arange(1, size + 1)[None] / size
    return (1 - j) - k * (1 - 2 * j)


class BagOfWords(hk.Module):
    def __init__(self, vocab_size, embed_dim, name=None):
        super().__init__(name=name)
        self.vocab_size = vocab_size
        self.embed_dim = embed_dim

    def __call__(self, words):
        embedded = hk.Embed(self.vocab_size, self.embed_dim)(words)
        return jnp.sum(embedded * position_encoding(words.shape[-1], self.embed_dim), axis=-2)


class Controller(hk.Module):
    """Updates the question with what was read."""

    def __init__(self, embed_dim, name=None):
        super().__init__(name=name)
        self.embed_dim = embed_dim

    def __call__(self, u, read):
        gate = jax.nn.sigmoid(hk.Linear(self.embed_dim, name="gate")(u))
        candidate = hk.Linear(self.embed_dim, with_bias=False, name="hop")(u) + read
        return gate * candidate + (1.0 - gate) * u


class MemoryNetwork(hk.Module):
    def __init__(self, vocab_size, embed_dim=20, hops=3, name=None):
        super().__init__(name=name)
        self.vocab_size = vocab_size
        self.embed_dim = embed_dim
        self.hops = hops

    def __call__(self, story, question):
        """story int [batch, sentences, words]; question int [batch, words]."""
        keys = BagOfWords(self.vocab_size, self.embed_dim, name="input_memory")(story)
        values = BagOfWords(self.vocab_size, self.embed_dim, name="output_memory")(story)
        u = BagOfWords(self.vocab_size, self.embed_dim, name="question")(question)

        def hop(carry, _):
            scores = jnp.einsum("bse,be->bs", keys, carry)
            weights = jax.nn.softmax(scores, axis=-1)
            read = jnp.einsum("bs,bse->be", weights, values)
            controller = Controller(self.embed_dim)
            return controller(carry, read), weights

        u, attention = hk.scan(hop, u, None, length=self.hops)  # JAX110: 24-63 error(AssertionError)
        logits = hk.Linear(self.vocab_size, with_bias=False, name="answer")(u)
        return logits, attention


def answer(story, question):
    return MemoryNetwork(vocab_size=30)(story, question)


network = hk.without_apply_rng(hk.transform(answer))


def loss(params, story, question, answers):
    logits, _ = network.apply(params, story, question)
    logp = jax.nn.log_softmax(logits)
    return -jnp.mean(jnp.take_along_axis(logp, answers[:, None], axis=-1))


def error_rate(params, story, question, answers):
    logits, _ = network.apply(params, story, question)
    return jnp.mean(jnp.argmax(logits, axis=-1) != answers)


@jax.jit
def clipped_sgd(params, grads, lr, max_norm=40.0):
    norm = jnp.sqrt(sum(jnp.sum(g**2) for g in jax.tree_util.tree_leaves(grads)))
    factor = jnp.minimum(1.0, max_norm / (norm + 1e-6))
    return jax.tree_util.tree_map(lambda p, g: p - lr * factor * g, params, grads)
