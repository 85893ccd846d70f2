"""The reports on made-up results: JSON against its schema, JUnit, SARIF, the table, the tests."""

from __future__ import annotations

import ast
import io
import json
from importlib import resources
from typing import Any
from xml.etree import ElementTree

import pytest

from jaxlint.finding import Finding, Hazard, Span
from jaxlint.verify import emit, formats, report
from jaxlint.verify.model import Result, Verdict

FINDING = Finding("JAX101", "haiku-tracer-leak", "leaks", Span("net.py", 3, 5, 3, 20), Hazard.LEAK)
RESULTS = [
    Result(FINDING, Verdict.CONFIRMED, "own-calls", 2, "UnexpectedTracerError", "a <leak>", True),
    Result(FINDING, Verdict.CONFIRMED, "pattern", 1, "UnexpectedTracerError", "a leak"),
    Result(FINDING, Verdict.NO_INPUTS, "synthesised", 0, None, "tried x=f32[4,8]", detail="\x00"),
]


def schema() -> dict[str, Any]:
    text = resources.files("jaxlint.verify").joinpath("data/schema.json").read_text()
    data: dict[str, Any] = json.loads(text)
    return data


KINDS = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}


def check(value: Any, rule: dict[str, Any], where: str = "report") -> None:
    """The part of JSON Schema that the report's schema uses."""
    if "enum" in rule:
        assert value in rule["enum"], where
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    assert not kinds or any(type(value) in KINDS[kind] for kind in kinds), where
    if isinstance(value, dict):
        known, more = rule.get("properties", {}), rule.get("additionalProperties", True)
        assert set(rule.get("required", [])) <= set(value), where
        for key, item in value.items():
            assert key in known or more, f"{where}.{key} is not in the schema"
            inner = known.get(key, more if isinstance(more, dict) else {})
            check(item, inner, f"{where}.{key}")
    elif isinstance(value, list):
        for item in value:
            check(item, rule["items"], f"{where}[]")


def written(kind: str) -> str:
    out = io.StringIO()
    formats.WRITERS[kind](RESULTS, out, 4)
    return out.getvalue()


def test_json_follows_its_schema() -> None:
    check(json.loads(written("json")), schema())


def test_the_check_can_fail() -> None:
    broken = json.loads(written("json"))
    broken["findings"][0]["verdict"] = "MAYBE"
    with pytest.raises(AssertionError):
        check(broken, schema())
    broken = json.loads(written("json"))
    del broken["findings"][0]["plan"]
    with pytest.raises(AssertionError):
        check(broken, schema())


def test_json_counts_what_was_not_run() -> None:
    data = json.loads(written("json"))["summary"]
    assert (data["findings"], data["run"]) == (4, 3)
    assert data["verdicts"]["CONFIRMED"] == 2


def test_junit() -> None:
    (suite,) = ElementTree.fromstring(written("junit"))
    assert suite.attrib["failures"] == "2" and suite.attrib["skipped"] == "1"
    cases = list(suite)
    assert [c.tag for case in cases for c in case] == ["failure", "failure", "skipped"]
    assert "a <leak>" in cases[0][0].attrib["message"]


def test_sarif() -> None:
    (run,) = json.loads(written("sarif"))["runs"]
    assert [r["level"] for r in run["results"]] == ["error", "error", "note"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 20}


def test_the_summary_has_its_denominator() -> None:
    expected = "3 findings: 1 confirmed in your code, 1 confirmed as a pattern, 1 without inputs"
    assert report.summary(RESULTS) == expected
    assert report.summary(RESULTS, 5).endswith("2 not run")
    assert report.summary([]) == "0 findings"


def test_the_table_is_plain_text_in_a_file() -> None:
    out = io.StringIO()
    report.write_table(RESULTS, out)
    lines = out.getvalue().splitlines()
    assert "\x1b" not in out.getvalue()
    assert lines[1].split()[:5] == ["1", "net.py:3", "JAX101", "leak", "CONFIRMED"]
    assert lines[1].endswith("yes") and lines[-1] == report.NOTE


def test_an_emitted_test_is_python_and_names_its_place() -> None:
    source = emit.test_source(RESULTS[0], ["--inputs", "x=f32[2]"])
    tree = ast.parse(source)
    assert any(isinstance(n, ast.FunctionDef) and n.name.startswith("test_") for n in tree.body)
    assert "net.py:3" in source and "x=f32[2]" in source
