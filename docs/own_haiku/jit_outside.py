"""jax.jit and jax.grad around the two pure functions of the teaching Haiku: right."""

import jax
import jax.numpy as jnp
import tiny_haiku


def forward(x):
    """`x`, [batch, 2], through two layers."""
    h = jax.nn.sigmoid(tiny_haiku.Linear(4)(x))
    return tiny_haiku.Linear(1)(h)


model = tiny_haiku.transform(forward)


@jax.jit
def step(params, x, y):
    def loss(params):
        return jnp.mean((model.apply(params, x) - y) ** 2)

    return jax.tree.map(lambda p, g: p - 0.1 * g, params, jax.grad(loss)(params))


def main():
    x = jnp.linspace(-1.0, 1.0, 8).reshape(4, 2)
    params = jax.jit(model.init)(jax.random.key(0), x)
    for _ in range(3):
        params = step(params, x, x[:, :1] ** 2)
    print(sorted(params), jax.jit(model.apply)(params, x).shape)
    each = jax.vmap(model.apply, in_axes=(None, 0))(params, x[:, None])
    print(each.shape)


if __name__ == "__main__":
    main()
