"""The same centring with the mean of all rows, taken before jax.vmap: right."""

import jax
import jax.numpy as jnp
import tiny_haiku


def forward(x):
    mean = tiny_haiku.set_param("mean", x.mean())
    rows = jax.vmap(lambda row: row - mean)(x)
    return tiny_haiku.Linear(1)(rows)


model = tiny_haiku.transform(forward)


def main():
    x = jnp.ones((4, 2))
    params = jax.jit(model.init)(jax.random.key(0), x)
    print(jax.tree.map(jnp.shape, params), jax.jit(model.apply)(params, x).shape)


if __name__ == "__main__":
    main()
