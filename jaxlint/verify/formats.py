"""Results for other programs: JSON (docs: verify/schema), JUnit XML, SARIF 2.1.0."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib import metadata
from typing import Any, TextIO
from xml.etree import ElementTree

import jaxlint
from jaxlint.paths import shown
from jaxlint.verify.model import DECISIVE, Result, Verdict
from jaxlint.verify.report import summary


def versions() -> dict[str, str | None]:
    """The versions that the verdicts hold for; None for what is not installed."""
    out: dict[str, str | None] = {"python": platform.python_version()}
    for name in ("jax", "jaxlib", "dm-haiku", "flax"):
        try:
            out[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            out[name] = None
    out["jaxlint"] = jaxlint.__version__
    return out


def document(results: Sequence[Result], total: int) -> dict[str, Any]:
    """The JSON report: versions, summary, findings."""
    counts = {v.value: sum(r.verdict is v for r in results) for v in Verdict}
    return {
        "versions": versions(),
        "summary": {
            "findings": total,
            "run": len(results),
            "verdicts": counts,
            "text": summary(results, total),
        },
        "findings": [r.to_json() for r in results],
    }


def write_json(results: Sequence[Result], out: TextIO, total: int) -> None:
    """One object, and a newline."""
    json.dump(document(results, total), out, indent=2)
    out.write("\n")


def write_junit(results: Sequence[Result], out: TextIO, total: int) -> None:
    """A test case per finding: a failure when confirmed, skipped when nothing could be said."""
    failures = sum(r.verdict in DECISIVE for r in results)
    silent = [r for r in results if r.verdict.rank > Verdict.NOT_REPRODUCED.rank]
    suite = ElementTree.Element(
        "testsuite",
        name="jaxlint.verify",
        tests=str(total),
        failures=str(failures),
        skipped=str(len(silent)),
        errors="0",
        time=f"{sum(r.seconds for r in results):.3f}",
    )
    for result in results:
        span = result.finding.span
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=shown(span.path).replace("/", ".").removesuffix(".py"),
            name=f"{result.finding.code} line {span.line}",
            file=shown(span.path),
            line=str(span.line),
            time=f"{result.seconds:.3f}",
        )
        if result.verdict in DECISIVE:
            text = f"{result.exception or result.finding.hazard.value}: {result.message}"
            child = ElementTree.SubElement(case, "failure", type=result.verdict.value, message=text)
            child.text = _printable(result.detail)
        elif result in silent:
            text = f"{result.verdict.value}: {result.message}"
            ElementTree.SubElement(case, "skipped", message=_printable(text))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    out.write('<?xml version="1.0" encoding="utf-8"?>\n')
    out.write(ElementTree.tostring(root, encoding="unicode"))
    out.write("\n")


def _printable(text: str) -> str:
    """`text` without the control characters that XML cannot hold."""
    return "".join(c for c in text if c in "\n\t" or ord(c) >= 32)


def write_sarif(results: Sequence[Result], out: TextIO, total: int) -> None:
    """A SARIF log: the level tells how sure it is, `properties` hold the verdict."""
    levels = {Verdict.CONFIRMED: "error", Verdict.CONTRACT: "warning"}
    rules = sorted({(r.finding.code, r.finding.name) for r in results})
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "jaxlint.verify",
                        "version": jaxlint.__version__,
                        "rules": [{"id": code, "name": name or code} for code, name in rules],
                    }
                },
                "results": [_sarif_result(r, levels.get(r.verdict, "note")) for r in results],
                "properties": {"versions": versions(), "summary": summary(results, total)},
            }
        ],
    }
    json.dump(log, out, indent=2)
    out.write("\n")


def _sarif_result(result: Result, level: str) -> dict[str, Any]:
    span = result.finding.span
    data = result.to_json()
    keep = ("verdict", "plan", "executed", "exception", "cured", "seconds", "hazard")
    return {
        "ruleId": result.finding.code,
        "level": level,
        "message": {"text": f"{result.verdict.value}: {result.message or result.finding.message}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": shown(span.path)},
                    "region": {
                        "startLine": span.line,
                        "startColumn": span.column,
                        "endLine": span.end_line,
                        "endColumn": max(span.end_column, 1),
                    },
                }
            }
        ],
        "properties": {key: data[key] for key in keep},
    }


WRITERS = {"json": write_json, "junit": write_junit, "sarif": write_sarif}
