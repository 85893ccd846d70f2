"""SimCLR: two augmented views per image, NT-Xent loss on projected embeddings."""

from typing import NamedTuple

import haiku as hk
import jax
import jax.numpy as jnp


class Views(NamedTuple):
    left: jnp.ndarray
    right: jnp.ndarray


class AugmentConfig(NamedTuple):
    brightness: float = 0.4
    flip_probability: float = 0.5
    noise: float = 0.05


def augment(image: jnp.ndarray, config: AugmentConfig = AugmentConfig()) -> jnp.ndarray:
    """One image, [height, width, channels]."""
    shift = jax.random.uniform(hk.next_rng_key(), (), minval=-1.0, maxval=1.0)
    image = image + config.brightness * shift
    flip = jax.random.bernoulli(hk.next_rng_key(), config.flip_probability)
    image = jnp.where(flip, image[:, ::-1], image)
    return image + config.noise * jax.random.normal(hk.next_rng_key(), image.shape)


def augment_all(images: jnp.ndarray) -> Views:
    each = hk.vmap(augment, split_rng=False)  # JAX112: 12-45 silent
    return Views(each(images), each(images))


class Backbone(hk.Module):
    def __init__(self, width: int = 8, name: str = "backbone"):
        super().__init__(name=name)
        self.width = width

    def __call__(self, x: jnp.ndarray) -> jnp.ndarray:
        for i, multiple in enumerate((1, 2, 4)):
            x = hk.Conv2D(multiple * self.width, 3, stride=2, name=f"conv_{i}")(x)
            x = hk.GroupNorm(4, name=f"norm_{i}")(x)
            x = jax.nn.relu(x)
        return x.mean(axis=(1, 2))


class Projector(hk.Module):
    def __init__(self, size: int = 16, name: str = "projector"):
        super().__init__(name=name)
        self.size = size

    def __call__(self, h: jnp.ndarray) -> jnp.ndarray:
        z = hk.nets.MLP([2 * self.size, self.size])(h)
        return z / (jnp.linalg.norm(z, axis=-1, keepdims=True) + 1e-6)


def nt_xent(left: jnp.ndarray, right: jnp.ndarray, temperature: float = 0.5) -> jnp.ndarray:
    n = left.shape[0]
    z = jnp.concatenate([left, right], axis=0)
    similarity = z @ z.T / temperature
    similarity = similarity - 1e9 * jnp.eye(2 * n)
    target = jnp.concatenate([jnp.arange(n) + n, jnp.arange(n)])
    logp = jax.nn.log_softmax(similarity, axis=-1)
    return -jnp.mean(logp[jnp.arange(2 * n), target])


def simclr(images: jnp.ndarray) -> jnp.ndarray:
    backbone, projector = Backbone(), Projector()
    views = augment_all(images)
    return nt_xent(projector(backbone(views.left)), projector(backbone(views.right)))


def embed(images: jnp.ndarray) -> jnp.ndarray:
    return Backbone()(images)


objective = hk.transform(simclr)
embedder = hk.without_apply_rng(hk.transform(embed))


@jax.jit
def step(params, key, images, lr):
    loss, grads = jax.value_and_grad(objective.apply)(params, key, images)
    return jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads), loss
