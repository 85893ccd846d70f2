"""A whole model in Flax is a module: parameters and variables by name."""

import flax.linen as nn
import jax
import jax.numpy as jnp


class Drifting(nn.Module):
    """x scaled, and moved by the number of calls so far."""

    @nn.compact
    def __call__(self, x):
        calls = self.variable("counts", "calls", lambda: jnp.ones((), jnp.int32))
        scale = self.param("scale", nn.initializers.ones_init(), (1,), x.dtype)
        out = x * scale + calls.value
        if not self.is_initializing():
            calls.value += 1
        return out


model = Drifting()


def main():
    x = jnp.ones((2, 3))
    variables = model.init(jax.random.key(0), x)
    for _ in range(2):
        out, counts = model.apply(variables, x, mutable=["counts"])
        variables = {**variables, **counts}
        print(out[0, 0], variables["counts"])


if __name__ == "__main__":
    main()
