"""Count the calls of an expensive step that is compiled by itself."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Counted(nn.Module):
    """A step that counts how often it ran."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """`x` squared."""
        calls = self.variable("counts", "calls", lambda: 0)

        def step(module, x):
            calls.value += 1
            return x**2

        return nn.jit(step)(self, x)  # JAX214: 16-28 silent


def main():
    model, x = Counted(), jnp.ones(3)
    counts = model.init(jax.random.key(0), x)
    for _ in range(3):
        _, counts = model.apply(counts, x, mutable=["counts"])
    print("counted:", counts["counts"]["calls"])


if __name__ == "__main__":
    main()
