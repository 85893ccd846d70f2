"""What the page of JAX901 says is not reported."""

import contextlib

import flax

try:
    from flax import nn
except ImportError:
    from flax import linen as nn

OPTIMIZERS = flax.optim if hasattr(flax, "optim") else None


def optimizer(kind: "flax.optim.Adam"):
    with contextlib.suppress(ImportError):
        from flax import optim

        return optim
    if tuple(map(int, flax.__version__.split(".")[:2])) < (0, 4):
        return flax.optim
    return kind


def main():
    optimizer(OPTIMIZERS)
    nn.Dense(2)


if __name__ == "__main__":
    main()
