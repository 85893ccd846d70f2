"""What the page of JAX904 says is not reported."""

from __future__ import annotations

import jax
import jax.numpy as jnp

try:
    from jax import tree_map
except ImportError:
    tree_map = jax.tree.map

trapezoid = getattr(jnp, "trapz", None) or jnp.trapezoid
jax.tree_leaves = jax.tree.leaves


def update(x: jnp.DeviceArray, jax) -> jax.random.KeyArray:
    if hasattr(jax.ops, "index_update"):
        return jax.ops.index_update(x, 0, 1.0)
    return x.at[0].set(1.0)


def main():
    x = jnp.ones(3)
    tree_map(jnp.sin, {"x": x})
    update(x, jax)
    print(jax.tree_leaves(x) is None, "jax.tree_map", trapezoid(x) < 0)


if __name__ == "__main__":
    main()
