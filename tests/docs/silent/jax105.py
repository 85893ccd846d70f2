"""What the page of JAX105 says is not reported."""

import haiku as hk
import jax.numpy as jnp

KEYS = hk.PRNGSequence(0)
INITIALISER = hk.initializers.VarianceScaling(2.0)


def library_function(x):
    return hk.Linear(2, w_init=INITIALISER)(x)


class Block(hk.Module):
    def __init__(self, size: int, inner: hk.Module | None = None):
        super().__init__()
        self.inner = inner or hk.Linear(size)

    def helper(self, x):
        return self.inner(x)

    def __call__(self, x):
        return self.helper(x)


def network(x):
    return library_function(Block(3)(x))


def pooled(x):
    return hk.max_pool(hk.one_hot(x, 4), 2, 2, "VALID")


def main():
    x = jnp.ones(3)
    model = hk.transform(network)
    model.apply(model.init(next(KEYS), x), None, x)
    pooled(jnp.arange(4))


if __name__ == "__main__":
    main()
