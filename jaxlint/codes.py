"""Every code that jaxlint prints: those of the rules, and two of its own."""

from __future__ import annotations

from dataclasses import dataclass

INTERNAL = "JAX000"
UNUSED_NOQA = "JAX001"


@dataclass(frozen=True)
class OwnCode:
    """A code that no rule owns: its name, a one-line summary, and a page for `explain`."""

    code: str
    name: str
    summary: str
    page: str


OWN_CODES = {
    INTERNAL: OwnCode(
        INTERNAL,
        "internal-error",
        "jaxlint failed on this file, and says nothing else of it",
        "The analysis raised an exception. It is a defect of jaxlint, not of the file: please\n"
        "report it, with the file or the part of it that brings the message back. Other files are\n"
        "checked as usual. flake8 shows the code at line 1; `jaxlint check` shows an error for\n"
        "the file and exits with 2.",
    ),
    UNUSED_NOQA: OwnCode(
        UNUSED_NOQA,
        "unused-noqa",
        "a `noqa: JAX...` comment that no finding needs",
        "Shown with --report-unused-noqa (`--jaxlint-report-unused-noqa` under flake8). A comment\n"
        "that outlives its reason hides the next finding on its line: take the code out of it.\n"
        "Only codes that start with JAX are looked at. A bare `# noqa` is left alone, and so is\n"
        "the code of a rule that is switched off.",
    ),
}


def known_codes() -> list[str]:
    """The codes of all rules and jaxlint's own, in order."""
    from jaxlint.rules.registry import all_rules

    return sorted([*OWN_CODES, *all_rules()])
