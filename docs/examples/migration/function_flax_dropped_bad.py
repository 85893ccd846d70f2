"""Flax: the count comes back and is not put into the variables: it stands still."""

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
    seen = []
    for _ in range(3):
        out, _ = model.apply(variables, x, mutable=["counts"])  # JAX207: 18-63 silent
        seen.append(float(out[0, 0]))
    assert len(set(seen)) == 1
    print(seen)


if __name__ == "__main__":
    main()
