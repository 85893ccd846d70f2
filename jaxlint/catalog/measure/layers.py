"""What the layers of Linen do with collections and rng streams: measured, and as the data says.

`python -m jaxlint.catalog.measure.layers` is the child process: indices of examples on stdin, one
JSON object a line on stdout. Only it imports jax and flax.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from ast import literal_eval
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jaxlint import catalog
from jaxlint.catalog.linen_types import UNKNOWN, LinenSymbol

FACTS = ("creates", "reads", "writes", "sows", "streams")
"""What is compared: collections by what happens to them, and the streams that are drawn from."""

Facts = dict[str, list[str]]


@dataclass(frozen=True)
class LayerExample:
    """A layer with expressions for its fields and call; `init` is the call at init, if another.

    The expressions may use `nn`, `jnp`, `x` (2, 3), `rows` (2, 3, 4), `image` (1, 4, 4, 2),
    `tokens`, `key` and `cell` (the layer itself); `*` stands for the positional arguments. `inner`:
    the collections that a contained layer has.
    """

    layer: str
    fields: dict[str, str]
    call: dict[str, str]
    init: dict[str, str]
    inner: tuple[str, ...]


@dataclass(frozen=True)
class LayerDisagreement:
    """A layer that does not do what the data says."""

    layer: str
    example: str
    fact: str
    data: list[str]
    measured: list[str]

    def __str__(self) -> str:
        said, seen = (", ".join(names) or "nothing" for names in (self.data, self.measured))
        return f"{self.example}: {self.fact} {seen}, and the data says {said}"


def examples() -> list[LayerExample]:
    """All examples, in the order of the data."""
    return [
        LayerExample(
            layer,
            each["fields"],
            each["call"],
            each.get("init", each["call"]),
            tuple(each.get("inner", ())),
        )
        for layer, several in catalog.read("examples_linen.json").items()
        for each in several
    ]


def declared(example: LayerExample) -> Facts:
    """What the data says of the example."""
    symbol = catalog.linen(example.layer)
    assert symbol is not None

    def value_of(name: str) -> Any:
        for texts in (example.call, example.fields):
            if name in texts:
                value = _literal(texts[name])
                if value is not None:
                    return value
        return _default(name, symbol)

    found: Facts = {fact: [] for fact in FACTS}
    for each in symbol.collections:
        name = each.name if each.field is None else str(value_of(each.field))
        for fact in ("creates", "reads", "writes", "sows"):
            condition = getattr(each, fact)
            if condition is not None and condition.holds(value_of):
                found[fact].append(name)
    for stream in symbol.streams:
        if stream.when.holds(value_of):
            name = stream.name if stream.field is None else str(value_of(stream.field))
            found["streams"].append(name)
    for fact in ("creates", "reads"):
        found[fact] += example.inner
    return {fact: sorted(set(names)) for fact, names in found.items()}


def _literal(text: str) -> Any:
    try:
        return literal_eval(text)
    except ValueError:
        return UNKNOWN


def _default(name: str, symbol: LinenSymbol) -> Any:
    for each in (*symbol.fields, *symbol.call):
        if each.name == name and each.constant and each.default is not None:
            return each.default
    return None


def check_layers(chosen: Iterable[LayerExample]) -> list[LayerDisagreement]:
    """Measure the examples in one child process; what differs from the data."""
    chosen, every = list(chosen), examples()
    numbers = [every.index(example) for example in chosen]
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
    paths = [os.path.abspath(package), *filter(None, [os.environ.get("PYTHONPATH")])]
    child = subprocess.run(
        [sys.executable, "-m", "jaxlint.catalog.measure.layers"],
        input=json.dumps(numbers),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": os.pathsep.join(paths)},
    )
    found = []
    for example, line in zip(chosen, child.stdout.splitlines(), strict=True):
        measured, data = json.loads(line), declared(example)
        fields = ", ".join(f"{name}={text}" for name, text in example.fields.items())
        shown = f"{example.layer}({fields})"
        found += [
            LayerDisagreement(example.layer, shown, fact, data[fact], measured[fact])
            for fact in FACTS
            if data[fact] != measured[fact]
        ]
    return found


# --- the child process


def measure(example: LayerExample) -> Facts:
    """What the installed Linen does."""
    import flax
    import flax.linen as nn
    import jax
    import jax.numpy as jnp
    from flax import errors

    names: dict[str, Any] = {
        "nn": nn,
        "jnp": jnp,
        "x": jnp.ones((2, 3)),
        "rows": jnp.ones((2, 3, 4)),
        "image": jnp.ones((1, 4, 4, 2)),
        "tokens": jnp.array([[0, 1]]),
        "key": jax.random.key(1),
    }
    fields = {name: eval(text, names) for name, text in example.fields.items()}
    layer = getattr(nn, example.layer.rpartition(".")[2])(**fields)
    names["cell"] = layer

    def arguments(texts: dict[str, str]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        keywords = {name: eval(text, names) for name, text in texts.items() if name != "*"}
        return eval(f"({texts['*']},)", names) if "*" in texts else (), keywords

    positional, keywords = arguments(example.init)
    variables = flax.core.unfreeze(layer.init(names["key"], *positional, **keywords))
    positional, keywords = arguments(example.call)

    def run(given: Any, mutable: Any, rngs: Any) -> Any:
        return layer.apply(given, *positional, mutable=mutable, rngs=rngs, **keywords)

    found: Facts = {fact: [] for fact in FACTS}
    found["creates"] = sorted(variables)
    _, updates = run(variables, True, names["key"])
    found["sows"] = sorted(set(updates) - set(variables))
    for collection in sorted(variables):
        others = nn.DenyList([collection])
        rest = {name: value for name, value in variables.items() if name != collection}
        try:
            run(variables, others, names["key"])
        except errors.ModifyScopeVariableError:
            found["writes"].append(collection)
        try:
            run(rest, others, names["key"])
        except errors.FlaxError:
            found["reads"].append(collection)
    try:
        run(variables, True, None)
    except errors.InvalidRngError as error:
        found["streams"] += re.findall(r'PRNG for "(\w+)"', str(error))
    return found


def _serve(numbers: Iterable[int]) -> Iterator[str]:
    every = examples()
    for number in numbers:
        yield json.dumps(measure(every[number]))


def main() -> None:
    """Measure the examples whose numbers stand on stdin."""
    import warnings

    warnings.simplefilter("ignore")
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in _serve(json.load(sys.stdin)):
        answer.write(line + "\n")
        answer.flush()


if __name__ == "__main__":
    main()
