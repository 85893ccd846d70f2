"""Siamese network for signature verification, trained with a contrastive loss."""

import haiku as hk
import jax
import jax.numpy as jnp


class SignatureNet(hk.Module):
    """Embeds one signature image."""

    def __init__(self, embedding_size, channels=(4, 8), dropout=0.0, name=None):
        super().__init__(name=name)
        self.embedding_size = embedding_size
        self.channels = channels
        self.dropout = dropout

    def __call__(self, image):
        x = image
        for c in self.channels:
            x = hk.Conv2D(c, kernel_shape=5, stride=2, padding="SAME")(x)
            x = jax.nn.leaky_relu(x)
        x = jnp.mean(x, axis=(-3, -2))
        x = hk.Linear(2 * self.embedding_size)(x)
        return hk.Linear(self.embedding_size)(jnp.tanh(x))


class PairScorer(hk.Module):
    """Distance of two embeddings, with a learned diagonal metric."""

    def __init__(self, name=None):
        super().__init__(name=name)

    def __call__(self, a, b):
        diagonal = hk.get_parameter("diagonal", a.shape[-1:], init=jnp.ones)
        difference = (a - b) ** 2
        return jnp.sqrt(jnp.sum(jax.nn.softplus(diagonal) * difference, axis=-1) + 1e-8)


class Siamese(hk.Module):
    def __init__(self, embedding_size=16, name=None):
        super().__init__(name=name)
        self.net = SignatureNet(embedding_size)
        self.scorer = PairScorer()

    def embed(self, images):
        return hk.vmap(self.net, in_axes=0)(images)  # JAX111: 16-44 error(TypeError)

    def __call__(self, images, references):
        return self.scorer(self.embed(images), self.embed(references))


def distances(images, references):
    """Both [batch, height, width, 1]."""
    return Siamese()(images, references)


model = hk.without_apply_rng(hk.transform(distances))


def contrastive_loss(params, images, references, genuine, margin=1.0):
    d = model.apply(params, images, references)
    pull = genuine * d**2
    push = (1.0 - genuine) * jnp.maximum(margin - d, 0.0) ** 2
    return jnp.mean(pull + push)


def equal_error_rate(scores, genuine, num_thresholds=50):
    """The error where false accepts equal false rejects."""
    thresholds = jnp.linspace(scores.min(), scores.max(), num_thresholds)
    accepted = scores[None] < thresholds[:, None]
    false_accepts = jnp.mean(accepted * (1 - genuine), axis=1)
    false_rejects = jnp.mean((1 - accepted) * genuine, axis=1)
    best = jnp.argmin(jnp.abs(false_accepts - false_rejects))
    return 0.5 * (false_accepts[best] + false_rejects[best])


@jax.jit
def train_step(params, batch, lr=1e-3):
    grads = jax.grad(contrastive_loss)(params, *batch)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)
