"""Row 4: a transform inside the transform, lifted.

`hk.lift` files what the inner init makes among the outer parameters, and gives it back at apply.
"""

import haiku as hk
import jax
import jax.numpy as jnp


def classify(image: jax.Array) -> jax.Array:
    """Logits, [3], for one image, [4, 4]."""
    return hk.nets.MLP([8, 3])(image.ravel())


def classify_all(images: jax.Array) -> jax.Array:
    """Logits, [batch, 3], for `images`, [batch, 4, 4], by one network."""
    inner = hk.without_apply_rng(hk.transform(classify))
    rng = hk.next_rng_key() if hk.running_init() else None
    params = hk.lift(inner.init, name="shared")(rng, images[0])
    return jax.vmap(inner.apply, in_axes=(None, 0))(params, images)


def classify_each(images: jax.Array) -> jax.Array:
    """Logits, [batch, 3], for `images`, [batch, 4, 4], each by a network of its own."""
    inner = hk.without_apply_rng(hk.transform(classify))
    rngs = hk.next_rng_keys(len(images)) if hk.running_init() else None
    params = hk.lift(jax.vmap(inner.init), name="each")(rngs, images)
    return jax.vmap(inner.apply)(params, images)


model = hk.without_apply_rng(hk.transform(classify_all))
ensemble = hk.without_apply_rng(hk.transform(classify_each))


def main():
    images = jnp.linspace(0.0, 1.0, 32).reshape(2, 4, 4)
    for net in (model, ensemble):
        params = net.init(jax.random.PRNGKey(0), images)
        print("modules:", list(params))
        print("logits:", net.apply(params, images))


if __name__ == "__main__":
    main()
