"""A raw jax.vmap inside, over a function that sets its frame's parameters."""

import jax
import jax.numpy as jnp
import tiny_haiku


def centred(row):
    """`row`, [2], less a mean that the first data decide."""
    return row - tiny_haiku.set_param("mean", row.mean())


def forward(x):
    rows = jax.vmap(centred)(x)  # JAX101: 12-29 leak
    return tiny_haiku.Linear(1)(rows)


model = tiny_haiku.transform(forward)


def main():
    params = model.init(jax.random.key(0), jnp.ones((4, 2)))
    print(jax.tree.map(lambda p: p + 1.0, params))


if __name__ == "__main__":
    main()
