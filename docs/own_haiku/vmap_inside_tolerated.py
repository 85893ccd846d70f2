"""A raw jax.vmap inside, over a layer: no parameter depends on the rows, so it works by luck."""

import jax
import jax.numpy as jnp
import tiny_haiku


def forward(x):
    linear = tiny_haiku.Linear(3)
    return jax.vmap(linear)(x)  # JAX103: 12-28 tolerated


model = tiny_haiku.transform(forward)


def main():
    x = jnp.ones((4, 2))
    params = model.init(jax.random.key(0), x)
    print(jax.tree.map(jnp.shape, params), model.apply(params, x).shape)


if __name__ == "__main__":
    main()
