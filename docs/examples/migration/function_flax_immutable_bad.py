"""Flax: a variable is written, and its collection is not mutable."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Drifting(nn.Module):
    @nn.compact
    def __call__(self, x):
        calls = self.variable("counts", "calls", lambda: jnp.ones((), jnp.int32))
        if not self.is_initializing():
            calls.value += 1
        return x + calls.value


model = Drifting()


def main():
    x = jnp.ones((2, 3))
    variables = model.init(jax.random.key(0), x)
    print(model.apply(variables, x))  # JAX201: 11-36 error(ModifyScopeVariableError)


if __name__ == "__main__":
    main()
