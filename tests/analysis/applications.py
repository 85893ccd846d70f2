"""Every transform of the catalog applied to a callable, as files to analyse.

The expressions are those of the catalog's examples, which `jaxlint catalog check` runs: what is
flagged here is what was measured there. A transform of another library has no example; its
application is made up from the positions of its callables.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from jaxlint import catalog

PURE = "pure"
BODIES = {
    PURE: "v * 2.0",
    "param-create": 'v * hk.get_parameter("w", [3], init=jnp.ones)',
    "param-exists": 'v * hk.get_parameter("w", [3], init=jnp.ones)',
    "rng": "v * jax.random.normal(hk.next_rng_key(), (3,))",
    "rng-later": "v * jax.random.normal(hk.next_rng_key(), (3,))",
    "state-create": 'v * hk.get_state("s", [3], init=jnp.ones)',
    "state-read": 'v * hk.get_state("s", [3], init=jnp.ones)',
    "state-write-python": 'v * 2.0 if hk.set_state("s", 2.0) is None else v',
    "state-write-counter": 'v * 2.0 if hk.set_state("s", hk.get_state("s") + 1.0) is None else v',
    "state-write-data": 'v * 2.0 if hk.set_state("s", jnp.ones(3) * v.sum()) is None else v',
}
"""What the callable returns, for each row of the measured table. Its argument is `v`."""
BEFORE = {
    "param-exists": "f(x[0])",
    "state-read": "f(x[0])",
    "state-write-python": 'hk.get_state("s", [3], init=jnp.zeros)',
    "state-write-counter": 'hk.get_state("s", [3], init=jnp.zeros)',
    "state-write-data": 'hk.get_state("s", [3], init=jnp.zeros)',
}
"""What `net` does before the transform."""
AFTER = {"rng-later": "hk.next_rng_key()"}

TEMPLATE = """\
{imports}
import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import PartitionSpec as P

mesh = jax.make_mesh((1,), ("i",))


def f(v):
    return {body}


def g(scalar):
    return f(jnp.broadcast_to(scalar, (3,)))[0]


def net(x):
    {before}
{statements}
    {after}
    return y


model = hk.transform_with_state(net)
"""


@dataclass(frozen=True)
class Application:
    """A transform applied to the callable `f` in one of its slots; `text` is an expression."""

    transform: catalog.Transform
    slot: catalog.CallableSlot
    text: str

    @property
    def name(self) -> str:
        """`jax.lax.scan-f`."""
        return f"{self.transform.name}-{self.slot.keyword or self.slot.position}"

    @property
    def measured_as(self) -> str:
        """The transform whose hazards hold."""
        return self.transform.like or self.transform.name

    def source(self, row: str) -> str:
        """A file whose callable has the effect `row`."""
        hoisted = _Hoist()
        expression = ast.unparse(hoisted.visit(ast.parse(self.text, mode="eval").body))
        module = self.transform.name.rpartition(".")[0]
        return TEMPLATE.format(
            imports=f"import {module}",
            body=BODIES[row],
            before=BEFORE.get(row, "pass"),
            statements="\n".join(f"    {s}" for s in [*hoisted.statements, f"y = {expression}"]),
            after=AFTER.get(row, "pass"),
        )


class _Hoist(ast.NodeTransformer):
    """Writes the examples' own functions as a program has them.

    `after(op, "method", ...)` becomes two statements before the expression; `seen(value)`, which
    records a value and is true, a comparison.
    """

    def __init__(self) -> None:
        self.statements: list[str] = []

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "seen":
            return ast.Compare(node.args[0], [ast.IsNot()], [ast.Constant(None)])
        if name != "after":
            return node
        operation, method, *arguments = node.args
        assert isinstance(method, ast.Constant)
        kept = f"operation{len(self.statements)}"
        call = ast.Call(ast.Attribute(ast.Name(kept), method.value), arguments, [])
        self.statements += [f"{kept} = {ast.unparse(operation)}", ast.unparse(call)]
        return ast.Name(kept)


def applications() -> list[Application]:
    """One for each callable slot of each transform that can do harm."""
    found = []
    examples = catalog.read("examples.json")
    for transform in catalog.transforms():
        if transform.group in ("inline", "host"):
            continue
        texts = examples.get(transform.name, {})
        for slot in transform.slots:
            text = texts.get(slot.keyword) or made_up(transform, slot)
            found.append(Application(transform, slot, text))
    return found


def made_up(
    transform: catalog.Transform, slot: catalog.CallableSlot, by_keyword: bool = False
) -> str:
    """A call with `f` in the slot and arrays in the other positions."""
    callee = "[f]" if slot.many else "f"
    if by_keyword or slot.position is None:
        arguments = [f"{slot.keyword}={callee}"]
    else:
        arguments = ["x"] * slot.position + [callee]
        if transform.form == "call":
            arguments += ["x"] * 4
    applied = f"{transform.name}({', '.join(arguments)})"
    return f"{applied}(x)" if transform.form == "wrap" else applied
