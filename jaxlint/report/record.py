"""Findings and diagnostics as plain data for JSON, and back from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jaxlint.finding import Diagnostic, Edit, Finding, Fix, Hazard, Link, Span
from jaxlint.paths import shown

Record = dict[str, Any]


def finding_record(finding: Finding) -> Record:
    """The finding as JSON can hold it; the documentation of `--format json` describes the keys."""
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        **_span_record(finding.span),
        "hazard": finding.hazard.value,
        "exception": finding.exception,
        "replacement": finding.replacement,
        "chain": [
            {**_span_record(link.span), "source": link.source, "what": link.what}
            for link in finding.chain
        ],
        "fix": _fix_record(finding.fix) if finding.fix else None,
        "facts": _plain(finding.facts),
    }


def finding_from(record: Mapping[str, Any]) -> Finding:
    """The finding that `finding_record` wrote. Raises KeyError, TypeError or ValueError."""
    fix = record["fix"]
    return Finding(
        code=record["code"],
        name=record["name"],
        message=record["message"],
        span=_span_from(record),
        hazard=Hazard(record["hazard"]),
        chain=tuple(
            Link(_span_from(link), link["source"], link["what"]) for link in record["chain"]
        ),
        exception=record["exception"],
        replacement=record["replacement"],
        fix=_fix_from(fix) if fix else None,
        facts=record["facts"],
    )


def diagnostic_record(diagnostic: Diagnostic) -> Record:
    """The diagnostic as JSON can hold it."""
    return {
        "path": diagnostic.path,
        "line": diagnostic.line,
        "message": diagnostic.message,
        "fatal": diagnostic.fatal,
    }


def diagnostic_from(record: Mapping[str, Any]) -> Diagnostic:
    """The diagnostic that `diagnostic_record` wrote."""
    return Diagnostic(record["path"], record["line"], record["message"], record["fatal"])


def _span_record(span: Span) -> Record:
    return {
        "path": shown(span.path),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _span_from(record: Mapping[str, Any]) -> Span:
    names = ("path", "line", "column", "end_line", "end_column")
    return Span(*(record[name] for name in names))


def _fix_record(fix: Fix) -> Record:
    edits = [{**_span_record(edit.span), "text": edit.text} for edit in fix.edits]
    return {"description": fix.description, "safe": fix.safe, "edits": edits}


def _fix_from(record: Mapping[str, Any]) -> Fix:
    edits = tuple(Edit(_span_from(edit), edit["text"]) for edit in record["edits"])
    return Fix(record["description"], edits, record["safe"])


def _plain(value: Any) -> Any:
    """`value` in JSON's own types; what has none of them becomes text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
