"""The report as one JSON object, with everything in it."""

from __future__ import annotations

import json
from typing import TextIO

import jaxlint
from jaxlint.report import Report
from jaxlint.report.record import diagnostic_record, finding_record


def write(report: Report, out: TextIO, errors: TextIO, verbose: bool) -> None:
    """Write the object to `out`; diagnostics are part of it, so nothing goes to `errors`.

    Keys: `version`, `findings`, `diagnostics`, `summary` (`files`, `cached`, `findings`, `by_code`,
    `suppressed`, `errors`, `seconds`). Lines and columns count from 1, an end column is exclusive.
    """
    document = {
        "version": jaxlint.__version__,
        "findings": [finding_record(finding) for finding in report.findings],
        "diagnostics": [diagnostic_record(diagnostic) for diagnostic in report.diagnostics],
        "summary": {
            "files": report.files,
            "cached": report.cached,
            "findings": len(report.findings),
            "by_code": report.by_code,
            "suppressed": report.suppressed,
            "errors": len(report.fatal),
            "seconds": round(report.seconds, 3),
        },
    }
    json.dump(document, out, indent=2)
    out.write("\n")
