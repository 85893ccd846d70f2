"""Capsule network with dynamic routing between primary and digit capsules."""

import haiku as hk
import jax
import jax.numpy as jnp


def squash(v, axis=-1):
    norm2 = jnp.sum(v**2, axis=axis, keepdims=True)
    return norm2 / (1.0 + norm2) * v / jnp.sqrt(norm2 + 1e-8)


class PrimaryCapsules(hk.Module):
    def __init__(self, num_maps, capsule_dim, name=None):
        super().__init__(name=name)
        self.num_maps = num_maps
        self.capsule_dim = capsule_dim

    def __call__(self, x):
        x = jax.nn.relu(hk.Conv2D(16, 5, stride=2, padding="VALID")(x))
        x = hk.Conv2D(self.num_maps * self.capsule_dim, 5, stride=2, padding="VALID")(x)
        return squash(x.reshape(x.shape[0], -1, self.capsule_dim))


class RoutedCapsules(hk.Module):
    """Predicts output capsules from input capsules, then routes by agreement."""

    def __init__(self, num_capsules, capsule_dim, iterations=3, name=None):
        super().__init__(name=name)
        self.num_capsules = num_capsules
        self.capsule_dim = capsule_dim
        self.iterations = iterations

    def _predictions(self, capsules):
        """Of one example: [inputs, dim] -> [outputs, inputs, capsule_dim]."""
        inputs, dim = capsules.shape
        shape = (self.num_capsules, inputs, dim, self.capsule_dim)
        weights = hk.get_parameter("weights", shape, init=hk.initializers.RandomNormal(0.1))
        return jnp.einsum("id,oidc->oic", capsules, weights)

    def _route(self, predictions):
        def iterate(_, logits):
            coupling = jax.nn.softmax(logits, axis=0)
            out = squash(jnp.einsum("oi,oic->oc", coupling, predictions))
            return logits + jnp.einsum("oic,oc->oi", predictions, out)

        logits = jnp.zeros(predictions.shape[:2])
        logits = jax.lax.fori_loop(0, self.iterations - 1, iterate, logits)
        coupling = jax.nn.softmax(logits, axis=0)
        return squash(jnp.einsum("oi,oic->oc", coupling, predictions))

    def __call__(self, capsules):
        predictions = jax.vmap(self._predictions)(capsules)  # JAX103: 23-50 tolerated
        return jax.vmap(self._route)(predictions)


class CapsNet(hk.Module):
    def __init__(self, num_classes=10, name=None):
        super().__init__(name=name)
        self.primary = PrimaryCapsules(num_maps=4, capsule_dim=8)
        self.digits = RoutedCapsules(num_classes, capsule_dim=16)

    def __call__(self, images):
        """images: [batch, 28, 28, 1]; returns the length of each class capsule."""
        capsules = self.digits(self.primary(images))
        return jnp.linalg.norm(capsules, axis=-1)


capsnet = hk.without_apply_rng(hk.transform(lambda images: CapsNet()(images)))


def margin_loss(params, images, labels, m_plus=0.9, m_minus=0.1, down=0.5):
    lengths = capsnet.apply(params, images)
    present = jax.nn.one_hot(labels, lengths.shape[-1])
    positive = present * jnp.maximum(0.0, m_plus - lengths) ** 2
    negative = (1.0 - present) * jnp.maximum(0.0, lengths - m_minus) ** 2
    return jnp.mean(jnp.sum(positive + down * negative, axis=-1))


def accuracy(params, images, labels):
    return jnp.mean(jnp.argmax(capsnet.apply(params, images), axis=-1) == labels)
