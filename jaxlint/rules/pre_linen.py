"""What JAX902 and JAX903 share: an idiom of Flax before Linen."""

from __future__ import annotations

from collections.abc import Iterator

from jaxlint.analysis.effects import Step, chain_of, span_of
from jaxlint.analysis.left import PreLinen
from jaxlint.analysis.prelinen import table
from jaxlint.finding import Finding, Hazard


def found(seen: PreLinen, code: str, name: str) -> Iterator[Finding]:
    """The finding, if the idiom belongs to the rule."""
    what, use, owner = _words(seen)
    if owner != code:
        return
    yield Finding(
        code,
        name,
        f"{what} is from before Flax Linen: {seen.error}; use {use}",
        span_of(seen.node, seen.file),
        Hazard.ERROR,
        chain_of([Step(seen.node, seen.file, what)]),
        exception=seen.error,
        replacement=use,
        facts={"idiom": seen.idiom, "named": seen.named, "old": seen.old, "library": "flax"},
    )


def _words(seen: PreLinen) -> tuple[str, str, str]:
    """What it is, what to write instead, and the rule that says so."""
    names, named = table(), seen.named
    if seen.idiom == "function":
        entry = names["functions"][named]
        return f"nn.{named}", entry["use"], entry["code"]
    if seen.idiom == "class method":
        return f"Module.{named}", names["class_methods"][named]["use"], "JAX902"
    if seen.idiom == "own method":
        return f"self.{named}", names["self_methods"][named]["use"], "JAX902"
    if seen.idiom == "forward":
        use = "`__call__`, with `@nn.compact`, and fields for the settings"
        return f"apply as the forward method of {named}", use, "JAX902"
    if seen.idiom == "param order":
        return "the shape before the initializer", "self.param(name, init, shape)", "JAX902"
    if seen.idiom == "class init":
        return f"{named} of the class itself", "an instance of the class", "JAX902"
    return f"nn.{named} made with its input", f"nn.{named}(...)(x)", "JAX902"
