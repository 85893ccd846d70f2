"""A raw jax.jit inside: the parameters are made in a trace that is over when they are read."""

import jax
import jax.numpy as jnp
import tiny_haiku


def forward(x):
    hidden = jax.jit(lambda x: tiny_haiku.Linear(4)(x))(x)  # JAX101: 14-56 leak
    return tiny_haiku.Linear(1)(hidden)


model = tiny_haiku.transform(forward)


def main():
    params = model.init(jax.random.key(0), jnp.ones((4, 2)))
    print(jax.tree.map(lambda p: p.sum(), params))


if __name__ == "__main__":
    main()
