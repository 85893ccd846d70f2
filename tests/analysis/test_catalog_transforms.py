"""Every transform of the catalog, over every effect, in each of its callables."""

from __future__ import annotations

import pytest
from applications import BODIES, PURE, Application, applications, made_up
from snippets import Files

from jaxlint import catalog
from jaxlint.analysis.engine import FileReport
from jaxlint.finding import Finding

APPLICATIONS = applications()
HAZARDS = {
    "leak": "leak",
    "leak-at-call": "leak",
    "leak-under-jit": "leak",
    "error": "error",
    "error-under-jit": "error",
    "silent": "silent",
    "tolerated": "tolerated",
}
"""The hazard of a finding, by the word of the measured table (an exception follows `error`)."""
WORST = ("leak", "error", "silent", "tolerated")
Answer = tuple[str, str] | None


def expected(application: Application, row: str) -> Answer:
    """Code and hazard, by the measured table; None where the effect does no harm there."""
    table = catalog.hazards(application.measured_as, application.slot.keyword)
    words = {measured.partition(":")[0] for measured in table.get(row, {}).values()}
    found = {HAZARDS[word] for word in words if word in HAZARDS}
    if not found:
        return None
    hazard = min(found, key=WORST.index)
    if hazard in ("leak", "error") or row.startswith("state-write"):
        return "JAX101", hazard
    return ("JAX102" if hazard == "silent" else "JAX103"), hazard


def answer(report: FileReport, transform: str) -> Answer:
    """Code and hazard of the one finding at this transform, if there is one."""
    assert not report.diagnostics
    found = [f for f in report.findings if f.facts.get("transform") == transform]
    assert len(found) < 2
    return (found[0].code, found[0].hazard.value) if found else None


def haiku_findings(report: FileReport) -> list[Finding]:
    """What is found of Haiku: a transform that is gone from jax has a finding of its own."""
    return [f for f in report.findings if f.facts.get("library") == "haiku"]


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda each: each.name)
def test_each_effect_is_answered_as_it_was_measured(application: Application, empty: Files) -> None:
    found = {
        row: answer(empty.check(source=application.source(row)), application.transform.name)
        for row in BODIES
    }
    assert found.pop(PURE) is None
    assert found == {row: expected(application, row) for row in found}


BY_KEYWORD = [
    each
    for each in APPLICATIONS
    if each.slot in each.transform.callables and each.slot.keyword not in (None, "**")
]


@pytest.mark.parametrize("application", BY_KEYWORD, ids=lambda each: each.name)
def test_a_callable_is_found_under_its_keyword(application: Application, empty: Files) -> None:
    transform, slot = application.transform, application.slot
    by_keyword = Application(transform, slot, made_up(transform, slot, by_keyword=True))
    report = empty.check(source=by_keyword.source("param-create"))
    assert answer(report, transform.name) == expected(application, "param-create")


def test_the_table_has_every_kind_of_answer() -> None:
    answers = {expected(each, row) for each in APPLICATIONS for row in BODIES if row != PURE}
    assert answers == {
        None,
        ("JAX101", "leak"),
        ("JAX101", "error"),
        ("JAX101", "silent"),
        ("JAX101", "tolerated"),
        ("JAX102", "silent"),
        ("JAX103", "tolerated"),
    }


def test_every_harmful_callable_is_applied() -> None:
    slots = {
        f"{transform.name}-{slot.keyword or slot.position}"
        for transform in catalog.transforms()
        if transform.group not in ("inline", "host")
        for slot in transform.slots
    }
    assert {each.name for each in APPLICATIONS} == slots
    assert {each.transform.group for each in APPLICATIONS} == {
        "stage", "loop", "map", "stage-map", "ad", "custom", "solver",
    }  # fmt: skip


INLINE = [
    Application(transform, slot, made_up(transform, slot))
    for transform in catalog.transforms()
    if transform.group == "inline" and transform.form in ("wrap", "call")
    for slot in transform.callables
]


@pytest.mark.parametrize("application", INLINE, ids=lambda each: each.name)
def test_what_runs_its_callable_as_it_is_hides_nothing(
    application: Application, empty: Files
) -> None:
    assert haiku_findings(empty.check(source=application.source("param-create"))) == []
    looped = Application(
        application.transform, application.slot, f"lax.map(lambda x: {application.text}, x)"
    )
    report = empty.check(source=looped.source("param-create"))
    assert answer(report, "jax.lax.map") == ("JAX101", "leak")
    assert haiku_findings(empty.check(source=looped.source(PURE))) == []


HOST = [
    Application(transform, transform.slots[0], made_up(transform, transform.slots[0]))
    for transform in catalog.transforms()
    if transform.group == "host"
]
LOOP = next(each for each in APPLICATIONS if each.name == "jax.lax.map-f")


@pytest.mark.parametrize("row", ["param-create", "rng", "state-create", "state-write-data"])
@pytest.mark.parametrize("application", HOST, ids=lambda each: each.name)
def test_what_runs_on_the_host_makes_no_finding(
    application: Application, row: str, empty: Files
) -> None:
    source = application.source(row)
    assert haiku_findings(empty.check(source=source)) == []
    beside = f"{source}\nother = hk.transform_with_state(lambda x: lax.map(f, x))\n"
    assert answer(empty.check(source=beside), "jax.lax.map") == expected(LOOP, row)
