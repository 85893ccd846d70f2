"""Row 5: Haiku's own vmap inside hk.transform.

`hk.vmap` passes parameters, state and keys through the map.
"""

import haiku as hk
import jax
import jax.numpy as jnp


def classify(image: jax.Array) -> jax.Array:
    """Logits, [3], for one image, [4, 4]."""
    return hk.nets.MLP([8, 3])(image.ravel())


def classify_all(images: jax.Array) -> jax.Array:
    """Logits, [batch, 3], for `images`, [batch, 4, 4]."""
    return hk.vmap(classify, split_rng=False)(images)


model = hk.without_apply_rng(hk.transform(classify_all))


def main():
    images = jnp.linspace(0.0, 1.0, 32).reshape(2, 4, 4)
    params = model.init(jax.random.PRNGKey(0), images)
    print("modules:", list(params))
    print("logits:", model.apply(params, images))


if __name__ == "__main__":
    main()
