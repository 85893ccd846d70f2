"""A sequence model on an in-house library, acme_nn, that is built on Haiku."""

import acme_nn
import jax
import jax.numpy as jnp


@acme_nn.logged
def cell(hidden: jax.Array, token: jax.Array) -> tuple[jax.Array, jax.Array]:
    """One step: `hidden`, [4], and `token`, [2]."""
    hidden = jnp.tanh(acme_nn.dense(jnp.concatenate([hidden, token]), 4))
    return hidden, hidden


def encode(tokens: jax.Array) -> jax.Array:
    """Hidden states, [time, 4], of `tokens`, [time, 2]."""
    _, states = acme_nn.unroll(cell, jnp.zeros(4), tokens)  # JAX101: 17-59 leak
    return states


def regularised(states: jax.Array) -> jax.Array:
    """`states`, [time, 4], each row with a dropout mask of its own."""
    return jax.vmap(acme_nn.drop)(states)  # JAX102: 12-34 silent


@acme_nn.functional
def model(tokens: jax.Array) -> jax.Array:
    """Logits, [time, 4], for `tokens`, [time, 2]."""
    return regularised(encode(tokens))


def main():
    tokens = jnp.ones((3, 2))
    params = model.init(jax.random.PRNGKey(0), tokens)
    print(model.apply(params, None, tokens))  # JAX107: 11-44 error(ValueError)


if __name__ == "__main__":
    main()
