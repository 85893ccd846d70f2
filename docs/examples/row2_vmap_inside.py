"""Row 2: vmap inside hk.transform, over a function that is not pure.

On jax 0.10.2 and dm-haiku 0.0.17 this works by accident, since the parameters do not depend on what
vmap maps over. Haiku's own check refuses it; with a BatchNorm in the network, or under a transform
that stages (scan, jit, eval_shape, ...), it is an UnexpectedTracerError.
"""

import haiku as hk
import jax
import jax.numpy as jnp


def classify(image: jax.Array) -> jax.Array:
    """Logits, [3], for one image, [4, 4]."""
    return hk.nets.MLP([8, 3])(image.ravel())


model = hk.without_apply_rng(hk.transform(jax.vmap(classify)))  # JAX103: 43-61 tolerated


def main():
    images = jnp.linspace(0.0, 1.0, 32).reshape(2, 4, 4)
    params = model.init(jax.random.PRNGKey(0), images)
    print("modules:", list(params))
    print("logits:", model.apply(params, images))
    hk.experimental.check_jax_usage(True)
    print("logits, with Haiku's check on:", model.apply(params, images))


if __name__ == "__main__":
    main()
