"""Attention-based multiple-instance learning: a bag of patches, one label."""

from typing import Optional, Tuple

import haiku as hk
import jax
import jax.numpy as jnp


class PatchEncoder(hk.Module):
    def __init__(self, width: int, dropout_rate: float, name: Optional[str] = None):
        super().__init__(name=name)
        self.width = width
        self.dropout_rate = dropout_rate

    def __call__(self, patch: jnp.ndarray, is_training: bool) -> jnp.ndarray:
        h = jax.nn.relu(hk.Linear(self.width, name="project")(patch))
        if is_training:
            h = hk.dropout(hk.next_rng_key(), self.dropout_rate, h)
        return jax.nn.relu(hk.Linear(self.width, name="mix")(h))


class GatedAttention(hk.Module):
    """Ilse et al. 2018, equation 9."""

    def __init__(self, width: int, name: Optional[str] = None):
        super().__init__(name=name)
        self.width = width

    def __call__(self, h: jnp.ndarray) -> Tuple[jnp.ndarray, jnp.ndarray]:
        v = jnp.tanh(hk.Linear(self.width, with_bias=False, name="v")(h))
        u = jax.nn.sigmoid(hk.Linear(self.width, with_bias=False, name="u")(h))
        scores = hk.Linear(1, with_bias=False, name="w")(v * u)[..., 0]
        weights = jax.nn.softmax(scores, axis=-1)
        return jnp.einsum("...n,...nd->...d", weights, h), weights


class BagClassifier(hk.Module):
    def __init__(self, width: int = 24, dropout_rate: float = 0.5, name: Optional[str] = None):
        super().__init__(name=name)
        self.width = width
        self.dropout_rate = dropout_rate

    def __call__(
        self, bags: jnp.ndarray, is_training: bool = True
    ) -> Tuple[jnp.ndarray, jnp.ndarray]:
        """bags: [batch, patches, features]."""
        encoder = PatchEncoder(self.width, self.dropout_rate)
        pooling = GatedAttention(self.width)

        def one_bag(bag):
            return pooling(encoder(bag, is_training))

        pooled, weights = jax.vmap(one_bag)(bags)  # JAX102: 27-44 silent
        logits = hk.Linear(1, name="bag_logit")(pooled)[..., 0]
        return logits, weights


def forward(bags: jnp.ndarray, is_training: bool = True):
    return BagClassifier()(bags, is_training)


model = hk.transform(forward)


def binary_cross_entropy(logits: jnp.ndarray, labels: jnp.ndarray) -> jnp.ndarray:
    return -jnp.mean(
        labels * jax.nn.log_sigmoid(logits) + (1.0 - labels) * jax.nn.log_sigmoid(-logits)
    )


def train_loss(params: hk.Params, rng: jnp.ndarray, bags: jnp.ndarray, labels: jnp.ndarray):
    logits, weights = model.apply(params, rng, bags)
    entropy = -jnp.sum(weights * jnp.log(weights + 1e-8), axis=-1)
    return binary_cross_entropy(logits, labels) - 1e-3 * jnp.mean(entropy)


def top_patches(weights: jnp.ndarray, k: int = 3) -> jnp.ndarray:
    return jax.lax.top_k(weights, k)[1]


def entropy_schedule(step: int, total: int, start: float = 1e-2) -> float:
    return start * max(0.0, 1.0 - step / total)
