"""The table of rules: filled by the `rule` decorator, read by `jaxlint rules` and the docs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from jaxlint.finding import Finding, Hazard

Check = Callable[[Any], Iterable[Finding]]


@dataclass(frozen=True)
class Rule:
    """A rule's code, name, one-line summary, hazards, and the observation type it looks at."""

    code: str
    name: str
    summary: str
    hazards: tuple[Hazard, ...]
    exceptions: tuple[str, ...]
    replacement: str
    observes: type
    check: Check

    @property
    def family(self) -> str:
        """`haiku` for JAX1xx, `linen` for JAX2xx, and so on."""
        families = {
            "1": "haiku",
            "2": "linen",
            "3": "interop",
            "4": "jax",
            "5": "nnx",
            "9": "legacy",
        }
        return families[self.code[3]]


_RULES: dict[str, Rule] = {}


def rule(
    code: str,
    name: str,
    *,
    summary: str,
    hazards: Iterable[Hazard],
    replacement: str,
    observes: type,
    exceptions: Iterable[str] = (),
) -> Callable[[Check], Check]:
    """Register the decorated function as the check of `code` on observations of `observes`."""

    def register(check: Check) -> Check:
        if code in _RULES:
            raise ValueError(f"two rules claim {code}")
        _RULES[code] = Rule(
            code, name, summary, tuple(hazards), tuple(exceptions), replacement, observes, check
        )
        return check

    return register


def all_rules() -> dict[str, Rule]:
    """Every rule by code, in order of code."""
    from jaxlint import rules

    rules.load()
    return dict(sorted(_RULES.items()))
