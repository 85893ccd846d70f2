"""Row 1: vmap outside hk.transform.

`init` and `apply` are pure, so any JAX transform of them is right.
"""

import haiku as hk
import jax
import jax.numpy as jnp


def classify(image: jax.Array) -> jax.Array:
    """Logits, [3], for one image, [4, 4]."""
    return hk.nets.MLP([8, 3])(image.ravel())


model = hk.without_apply_rng(hk.transform(classify))
classify_all = jax.vmap(model.apply, in_axes=(None, 0))


def main():
    images = jnp.linspace(0.0, 1.0, 32).reshape(2, 4, 4)
    params = model.init(jax.random.PRNGKey(0), images[0])
    print("modules:", list(params))
    print("logits:", classify_all(params, images))


if __name__ == "__main__":
    main()
