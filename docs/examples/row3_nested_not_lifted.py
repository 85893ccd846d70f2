"""Row 3: a transform inside the transform, not lifted.

The inner pair is pure and vmap of it is right, but the outer transform never hears of the inner
parameters: they cannot be trained, and every apply draws new ones.
"""

import haiku as hk
import jax
import jax.numpy as jnp


def classify(image: jax.Array) -> jax.Array:
    """Logits, [3], for one image, [4, 4]."""
    return hk.nets.MLP([8, 3])(image.ravel())


def classify_all(images: jax.Array) -> jax.Array:
    """Logits, [batch, 3], for `images`, [batch, 4, 4]."""
    inner = hk.without_apply_rng(hk.transform(classify))
    params = inner.init(hk.next_rng_key(), images[0])  # JAX104: 14-54 silent
    return jax.vmap(inner.apply, in_axes=(None, 0))(params, images)


model = hk.transform(classify_all)


def main():
    images = jnp.linspace(0.0, 1.0, 32).reshape(2, 4, 4)
    params = model.init(jax.random.PRNGKey(0), images)
    print("modules:", list(params))
    print("logits:", model.apply(params, jax.random.PRNGKey(1), images))
    print("the same again, another key:", model.apply(params, jax.random.PRNGKey(2), images))


if __name__ == "__main__":
    main()
