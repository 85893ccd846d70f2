"""`jaxlint rules`: every rule, as a table or as JSON."""

from __future__ import annotations

import json
import sys

from jaxlint.codes import OWN_CODES
from jaxlint.rules.registry import Rule, all_rules


def rules(form: str) -> int:
    """Print all rules in the form `table` or `json`; returns the exit status."""
    known = list(all_rules().values())
    if form == "json":
        print(json.dumps([_record(rule) for rule in known], indent=2))
    else:
        _print_table(known)
    return 0


def _record(rule: Rule) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "summary": rule.summary,
        "hazards": [hazard.value for hazard in rule.hazards],
        "exceptions": list(rule.exceptions),
        "replacement": rule.replacement,
    }


def _print_table(known: list[Rule]) -> None:
    rows = [(r.code, r.name, ", ".join(h.value for h in r.hazards), r.summary) for r in known]
    rows += [(own.code, own.name, "", own.summary) for own in OWN_CODES.values()]
    if not sys.stdout.isatty():
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for code, name, hazards, summary in rows:
            print(f"{code}  {name:<{widths[1]}}  {hazards:<{widths[2]}}  {summary}".rstrip())
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Code", "Name", "Hazard", "Fires when", show_lines=False)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
