"""Character language model with a hand-written layer-normalised LSTM core."""

from __future__ import annotations

from typing import NamedTuple, Tuple

import haiku as hk
import jax
import jax.numpy as jnp


class CellState(NamedTuple):
    hidden: jnp.ndarray
    cell: jnp.ndarray


class NormalisedLSTM(hk.RNNCore):
    """LSTM whose gates are normalised, as in Ba et al."""

    def __init__(self, hidden_size: int, forget_bias: float = 1.0, name: str | None = None):
        super().__init__(name=name)
        self.hidden_size = hidden_size
        self.forget_bias = forget_bias

    def __call__(self, inputs: jnp.ndarray, prev_state: CellState) -> Tuple[jnp.ndarray, CellState]:
        joined = jnp.concatenate([inputs, prev_state.hidden], axis=-1)
        gates = hk.Linear(4 * self.hidden_size, name="gates")(joined)
        gates = hk.LayerNorm(-1, True, True, name="gate_norm")(gates)
        i, g, f, o = jnp.split(gates, 4, axis=-1)
        cell = jax.nn.sigmoid(f + self.forget_bias) * prev_state.cell
        cell = cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
        return hidden, CellState(hidden, cell)

    def initial_state(self, batch_size: int | None) -> CellState:
        shape = (self.hidden_size,) if batch_size is None else (batch_size, self.hidden_size)
        return CellState(jnp.zeros(shape), jnp.zeros(shape))


class LanguageModel(hk.Module):
    def __init__(self, vocab_size: int, hidden_size: int, depth: int = 2, name: str | None = None):
        super().__init__(name=name)
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.depth = depth

    def _unroll(self, core: NormalisedLSTM, sequence: jnp.ndarray) -> jnp.ndarray:
        """Run `core` over the leading (time) axis."""

        def one_step(carry, frame):
            output, carry = core(frame, carry)
            return carry, output

        start = core.initial_state(sequence.shape[1])
        _, outputs = jax.lax.scan(one_step, start, sequence)  # JAX101: 22-61 leak
        return outputs

    def __call__(self, tokens: jnp.ndarray) -> jnp.ndarray:
        embedded = hk.Embed(self.vocab_size, self.hidden_size)(tokens)
        sequence = jnp.swapaxes(embedded, 0, 1)
        for layer in range(self.depth):
            core = NormalisedLSTM(self.hidden_size, name=f"lstm_{layer}")
            sequence = sequence + self._unroll(core, sequence)
        outputs = jnp.swapaxes(sequence, 0, 1)
        return hk.Linear(self.vocab_size, name="decoder")(outputs)


def perplexity(logits: jnp.ndarray, targets: jnp.ndarray, pad: int = 0) -> jnp.ndarray:
    weights = (targets != pad).astype(logits.dtype)
    logp = jax.nn.log_softmax(logits, axis=-1)
    nll = -jnp.take_along_axis(logp, targets[..., None], axis=-1).squeeze(-1)
    return jnp.exp(jnp.sum(nll * weights) / jnp.maximum(jnp.sum(weights), 1.0))


def build(vocab_size: int = 96, hidden_size: int = 32) -> hk.Transformed:
    def forward(tokens: jnp.ndarray) -> jnp.ndarray:
        return LanguageModel(vocab_size, hidden_size)(tokens)

    return hk.without_apply_rng(hk.transform(forward))


def bits_per_character(nll: jnp.ndarray) -> jnp.ndarray:
    return nll / jnp.log(2.0)
