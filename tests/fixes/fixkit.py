"""Linting a piece of text and applying its fixes, for the tests of this folder."""

from __future__ import annotations

import ast
from textwrap import dedent

from jaxlint.analysis.engine import analyse
from jaxlint.finding import Finding
from jaxlint.fixes import apply_fixes

HEAD = """
import haiku as hk
import jax
import jax.numpy as jnp
"""


def findings(source: str) -> list[Finding]:
    """What jaxlint finds in the text."""
    report = analyse("text.py", source)
    assert not report.diagnostics, report.diagnostics
    return report.findings


def fixed(source: str) -> str:
    """The text after its fixes; raises SyntaxError where they broke it."""
    fixes = [f.fix for f in findings(source) if f.fix is not None]
    new = apply_fixes(source, fixes)
    ast.parse(new)
    return new


def changed(body: str, head: str = HEAD) -> list[str]:
    """The lines that the fixes put in place of others, stripped; `body` follows the imports."""
    source = head + dedent(body)
    before = source.splitlines()
    return [line.strip() for line in fixed(source).splitlines() if line not in before]


def codes(body: str, head: str = HEAD) -> list[tuple[str, bool]]:
    """The codes found, each with whether there is a fix."""
    return [(f.code, f.fix is not None) for f in findings(head + dedent(body))]
