"""Rank offers with a Haiku network that borrows a layer from Flax."""

import flax.linen as nn
import haiku as hk
import haiku.experimental.flax as hkflax
import jax
import jax.numpy as jnp


def rank(offers: jax.Array) -> jax.Array:
    """Scores, [offers, 1], of `offers`, [offers, 5]."""
    norm = hkflax.lift(nn.LayerNorm(), name="norm")
    return hk.Linear(1)(norm(offers))


model = hk.without_apply_rng(hk.transform(rank))


def main():
    offers = jnp.ones((3, 5))
    params = model.init(jax.random.PRNGKey(0), offers)
    print("scores:", model.apply(params, offers).shape)


if __name__ == "__main__":
    main()
