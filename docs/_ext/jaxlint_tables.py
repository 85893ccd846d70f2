"""What jaxlint's own data says, as Markdown for the documentation. No Sphinx here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jaxlint import catalog
from jaxlint.codes import OWN_CODES
from jaxlint.config import SETTINGS, Config, Options
from jaxlint.rules.registry import Rule, all_rules

REPOSITORY = Path(__file__).parents[2]
PAGE = re.compile(r"rules/(JAX\d{3})/index")
"""The document of a rule."""
BAD_EXAMPLE = "```{literalinclude} bad.py\n```\n"


class DocumentationError(Exception):
    """The documentation and jaxlint do not go together; the text says where."""


HAZARD_WORDS = {
    "leak": "leak: UnexpectedTracerError when a leaked value is used",
    "error": "error",
    "silent": "silent: wrong numbers, no error",
    "tolerated": "tolerated: works on the measured versions, outside the library's contract",
}
OUTCOMES = {
    "leak": "leaks",
    "leak-at-call": "UnexpectedTracerError at the call",
    "leak-under-jit": "leaks when the root is jitted",
    "silent": "silent",
    "tolerated": "tolerated",
    "ok": "fine",
}
"""What the catalog's words mean in a table."""


def rule_of(code: str) -> Rule:
    """The rule of that code. Raises DocumentationError where there is none."""
    rules = all_rules()
    if code not in rules:
        raise DocumentationError(
            f"docs/rules/{code}/ documents a rule that jaxlint.rules.registry does not know "
            f"(it knows {', '.join(rules) or 'none'})"
        )
    return rules[code]


def hazard_text(rule: Rule) -> str:
    """The hazards of a rule in words, with the exceptions that it can raise."""
    words = [HAZARD_WORDS[hazard.value] for hazard in rule.hazards]
    if "error" in words:
        words[words.index("error")] = f"error: {' or '.join(rule.exceptions)}"
    return "; ".join(words)


def header(rule: Rule) -> str:
    """The head of a rule's page, in Markdown."""
    return (
        f"# {rule.code} {rule.name}\n\n"
        f"{sentence(rule.summary)}\n\n"
        f"| | |\n|---|---|\n"
        f"| Family | {rule.family} |\n"
        f"| Hazard | {hazard_text(rule)} |\n"
        f"| Instead | {rule.replacement} |\n\n"
    )


def sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    return text[0].upper() + text[1:].rstrip(".") + "."


def rules_table() -> Iterator[str]:
    """The overview of all rules, in lines of Markdown."""
    yield from ("| code | name | fires when | hazard |", "|---|---|---|---|")
    for rule in all_rules().values():
        hazards = ", ".join(hazard.value for hazard in rule.hazards)
        link = f"[{rule.code}]({rule.code}/index.md)"
        yield f"| {link} | {rule.name} | {rule.summary} | {hazards} |"
    for own in OWN_CODES.values():
        yield f"| {own.code} | {own.name} | {own.summary} | |"


def hazards_table(effect: str, library: str = "haiku") -> Iterator[str]:
    """JAX's transforms, grouped by what `effect` in their callable does, in lines of Markdown.

    `library`: whose effects, "haiku" or "linen".
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for transform in catalog.transforms():
        if transform.like or transform.removed or not transform.name.startswith("jax."):
            continue
        own = catalog.hazards(transform.name, library=library).get(effect)
        if own is not None:
            outcome = (own.get("init", "ok"), own.get("apply", "ok"))
            groups.setdefault(outcome, []).append(transform.name)
    if not groups:
        raise DocumentationError(f"the catalog measures no effect {effect!r} of {library}")
    order = [*OUTCOMES, ""]
    yield from ("| at init | at apply | transforms |", "|---|---|---|")
    for at_init, at_apply in sorted(groups, key=lambda group: [_rank(g, order) for g in group]):
        names = ", ".join(f"`{name}`" for name in sorted(groups[at_init, at_apply]))
        yield f"| {outcome_text(at_init)} | {outcome_text(at_apply)} | {names} |"


def _rank(outcome: str, order: list[str]) -> int:
    return order.index(outcome) if outcome in order else len(order)


def outcome_text(outcome: str) -> str:
    """What a word of the catalog (`leak`, `error:TypeError`) means in a table."""
    kind, _, exception = outcome.partition(":")
    if kind == "error-under-jit":
        return f"raises {exception} when the root is jitted"
    return f"raises {exception}" if kind == "error" else OUTCOMES[outcome]


def settings_table() -> Iterator[str]:
    """Every setting with its meaning and its default, in lines of Markdown."""
    yield from ("| key | value | meaning | default | flake8 |", "|---|---|---|---|---|")
    for setting in SETTINGS:
        default = getattr(Options(), setting.attribute, getattr(Config(), setting.attribute, None))
        takes = "yes" if setting.flake8 else "its own"
        value = f"`{setting.metavar}`"
        yield f"| `{setting.key}` | {value} | {setting.help} | {_default(default)} | {takes} |"


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value else "none"


def findings_of(path: Path, shown: str) -> Iterator[str]:
    """What jaxlint says of the file, under the name `shown`, as the concise report has it."""
    from jaxlint.analysis.engine import analyse
    from jaxlint.report.concise import line

    for finding in analyse(shown, path.read_bytes()).findings:
        yield line(finding)


def run_jaxlint(arguments: list[str]) -> str:
    """What `jaxlint ARGUMENTS` prints to a pipe, run in the top folder.

    `check` runs without this project's own settings, which leave the bad examples out.

    Raises DocumentationError for bad usage.
    """
    if arguments[0] == "check":
        arguments = [*arguments, "--no-cache", "--jobs", "1"]
        arguments += [] if "--config" in arguments else ["--isolated"]
    command = [sys.executable, "-m", "jaxlint", *arguments]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        status = f"exit status {done.returncode}"
        raise DocumentationError(f"{' '.join(command)}: {status}: {done.stderr}")
    return done.stdout


def completed(code: str, text: str, bad: Path) -> str:
    """The page `text` of rule `code` with its head, and what jaxlint says of the file `bad`."""
    found = "\n".join(findings_of(bad, "bad.py"))
    if not found or BAD_EXAMPLE not in text:
        raise DocumentationError(f"jaxlint finds nothing in {bad}, or its page does not include it")
    says = f"{BAD_EXAMPLE}\njaxlint says:\n\n```text\n{found}\n```\n"
    return header(rule_of(code)) + text.replace(BAD_EXAMPLE, says)


def check_pages(pages: set[str]) -> None:
    """Raise DocumentationError unless every rule has a page and every page a rule."""
    missing = sorted(set(all_rules()) - pages)
    if missing:
        raise DocumentationError(f"no page docs/rules/CODE/index.md for {', '.join(missing)}")
    for code in sorted(pages):
        rule_of(code)
