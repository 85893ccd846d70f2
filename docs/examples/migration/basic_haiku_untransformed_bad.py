"""Haiku, without a transform: the module is made and called as if it were a Flax one."""

import haiku as hk
import jax.numpy as jnp


class Digits(hk.Module):
    def __call__(self, images):
        return hk.Linear(3)(images)


def main():
    model = Digits()  # JAX105: 13-21 error(ValueError)
    print(model(jnp.ones((4, 6))))


if __name__ == "__main__":
    main()
