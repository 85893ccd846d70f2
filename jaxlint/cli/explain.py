"""`jaxlint explain CODE`."""

from __future__ import annotations

import sys

from jaxlint.codes import OWN_CODES
from jaxlint.config import suggestion
from jaxlint.rulepages import markdown, rule_page
from jaxlint.rules.registry import Rule, all_rules


def explain(code: str) -> int:
    """Print the page of `code`; returns the exit status."""
    rules = all_rules()
    rule = rules.get(code.upper())
    own = OWN_CODES.get(code.upper())
    if rule is not None:
        _show(_heading(rule) + _body(rule))
    elif own is not None:
        _show(f"# {own.code} {own.name}\n\n{own.summary}.\n\n{own.page}\n")
    else:
        near = suggestion(code.upper(), [*OWN_CODES, *rules])
        print(f"jaxlint: {code!r} is no rule{near or '; see `jaxlint rules`'}", file=sys.stderr)
        return 2
    return 0


def _heading(rule: Rule) -> str:
    hazards = ", ".join(hazard.value for hazard in rule.hazards)
    if rule.exceptions:
        hazards += f" ({', '.join(rule.exceptions)})"
    return (
        f"# {rule.code} {rule.name}\n\n{rule.summary}\n\n"
        f"- Hazard: {hazards}\n- Instead: {rule.replacement}\n\n"
    )


def _body(rule: Rule) -> str:
    page = rule_page(rule.code)
    if page is None:
        return ""
    title, _, rest = markdown(page).partition("\n")
    return (rest if title.startswith("# ") else f"{title}\n{rest}").lstrip("\n")


def _show(text: str) -> None:
    if not sys.stdout.isatty():
        print(text.rstrip())
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
