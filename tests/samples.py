"""Small pieces of code with a known finding, for the tests of the front doors."""

from __future__ import annotations

SCAN = """\
import haiku as hk
import jax


def body(carry, x):
    return hk.Linear(4)(carry), x


def net(x):
    out, _ = jax.lax.scan(body, x, None, length=2)
    return out


model = hk.transform(net)
"""
"""JAX101 (leak) at line 10, column 14."""
SCAN_LINE, SCAN_COLUMN = 10, 14

VMAP = """\
import haiku as hk
import jax


def net(x):
    return jax.vmap(hk.Linear(3))(x)


model = hk.transform(net)
"""
"""JAX103 (tolerated) at line 6, column 12."""

CLEAN = """\
import haiku as hk
import jax


def net(x):
    return hk.Linear(3)(x)


model = hk.transform(net)
step = jax.jit(model.apply)
"""

HELPER = """\
import haiku as hk


def body(carry, x):
    return hk.Linear(4)(carry), x
"""
USER = """\
import haiku as hk
import jax

from helper import body


def net(x):
    out, _ = jax.lax.scan(body, x, None, length=2)
    return out


model = hk.transform(net)
"""
"""JAX101 at line 8, if `body` of the module `helper` creates parameters."""

PURE_HELPER = """\
def body(carry, x):
    return carry * 2, x
"""


def noqa(source: str, comment: str, line: int = SCAN_LINE) -> str:
    """`source` with `  # comment` at the end of `line`."""
    lines = source.splitlines()
    lines[line - 1] += f"  # {comment}"
    return "\n".join(lines) + "\n"
