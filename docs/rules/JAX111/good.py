"""Compare pairs of faces with one embedding."""

import haiku as hk
import jax
import jax.numpy as jnp


def embed(face: jax.Array) -> jax.Array:
    """An embedding, [4], of one face, [9]."""
    return hk.Linear(4)(face)


def similarity(left: jax.Array, right: jax.Array) -> jax.Array:
    """The inner products, [pairs], of the faces in `left` and `right`, both [pairs, 9]."""
    embed_all = hk.vmap(embed, split_rng=False)
    return jnp.sum(embed_all(left) * embed_all(right), axis=-1)


model = hk.without_apply_rng(hk.transform(similarity))


def main():
    left, right = jnp.ones((2, 9)), jnp.ones((2, 9))
    params = model.init(jax.random.PRNGKey(0), left, right)
    print("similarity:", model.apply(params, left, right))


if __name__ == "__main__":
    main()
