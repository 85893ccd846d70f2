"""Grade essays with a small network."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Grader(nn.Module):
    """A grade for an essay."""

    def __call__(self, essays: jax.Array) -> jax.Array:
        """Grades, [essays, 1], of `essays`, [essays, 9]."""
        return nn.Dense(1)(essays)  # JAX221: 16-27 error(AssignSubModuleError)


def main():
    model, essays = Grader(), jnp.ones((2, 9))
    variables = model.init(jax.random.key(0), essays)
    print("grades:", model.apply(variables, essays).shape)


if __name__ == "__main__":
    main()
