"""Date normaliser: "3rd of May 2019" -> "2019-05-03", GRU encoder and GRU decoder.

The decoder is trained with scheduled sampling.
"""

import haiku as hk
import jax
import jax.numpy as jnp

VOCAB = 40
HIDDEN = 24
EMBED = 12
START = 1


def encode(source):
    """source: int tokens, [batch, time]. Returns the last GRU state."""
    x = hk.Embed(VOCAB, EMBED, name="source_embed")(source)
    core = hk.GRU(HIDDEN, name="encoder_gru")
    outputs, final = hk.dynamic_unroll(core, x, core.initial_state(x.shape[0]), time_major=False)
    return outputs, final


class AttentiveDecoder(hk.Module):
    def __init__(self, sampling_rate=0.25, name=None):
        super().__init__(name=name)
        self.sampling_rate = sampling_rate
        self.embed = hk.Embed(VOCAB, EMBED)
        self.core = hk.GRU(HIDDEN)
        self.readout = hk.nets.MLP([HIDDEN, VOCAB])

    def attend(self, hidden, memory):
        scores = jnp.einsum("bh,bth->bt", hk.Linear(HIDDEN, name="query")(hidden), memory)
        return jnp.einsum("bt,bth->bh", jax.nn.softmax(scores), memory)

    def step(self, token, hidden, memory):
        context = self.attend(hidden, memory)
        inputs = jnp.concatenate([self.embed(token), context], axis=-1)
        output, hidden = self.core(inputs, hidden)
        return self.readout(output), hidden

    def choose(self, logits, gold):
        """Sometimes the model's own guess replaces the gold token."""
        sampled = jnp.argmax(logits, axis=-1)
        use_own = jax.random.bernoulli(hk.next_rng_key(), self.sampling_rate, gold.shape)
        return jnp.where(use_own, sampled, gold)

    def __call__(self, target, hidden, memory):
        first = jnp.full(target.shape[:1], START, target.dtype)
        logits, hidden = self.step(first, hidden, memory)

        def advance(carry, gold):
            previous, state = carry
            token = self.choose(previous, gold)
            out, state = self.step(token, state, memory)
            return (out, state), out

        _, rest = jax.lax.scan(  # JAX102: 19-+2:10 silent
            advance, (logits, hidden), jnp.swapaxes(target[:, :-1], 0, 1)
        )
        return jnp.concatenate([logits[:, None], jnp.swapaxes(rest, 0, 1)], axis=1)


def seq2seq(source, target):
    memory, hidden = encode(source)
    return AttentiveDecoder()(target, hidden, memory)


model = hk.transform(seq2seq)


def sequence_loss(params, key, source, target):
    logits = model.apply(params, key, source, target)
    logp = jax.nn.log_softmax(logits)
    nll = -jnp.take_along_axis(logp, target[..., None], axis=-1)[..., 0]
    return jnp.where(target > 0, nll, 0.0).sum() / (target > 0).sum()


def accuracy(logits, target):
    hits = jnp.argmax(logits, -1) == target
    return jnp.where(target > 0, hits, False).sum() / (target > 0).sum()


@jax.jit
def update(params, key, source, target):
    value, grads = jax.value_and_grad(sequence_loss)(params, key, source, target)
    return jax.tree_util.tree_map(lambda p, g: p - 0.1 * g, params, grads), value
