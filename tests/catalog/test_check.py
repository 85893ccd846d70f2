"""`jaxlint catalog check`: it agrees with the data, and says so when it does not."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jaxlint import catalog
from jaxlint.catalog import measure
from jaxlint.catalog.layout import dumps
from jaxlint.catalog.measure import plan, session
from jaxlint.catalog.measure.compare import Result, compare
from jaxlint.catalog.measure.report import show

CACHED = ("_transforms", "_symbols", "_prefixes", "_hazards", "_aliases", "resolve")

installed = pytest.mark.skipif(
    any(measure.find_spec(name) is None for name in measure.NEEDED), reason="needs jax and haiku"
)


def forget() -> None:
    """Empty the catalog's caches."""
    for name in (*CACHED, "transform", "symbol"):
        getattr(catalog, name).cache_clear()


@pytest.fixture()
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the data that a test may spoil."""
    folder = tmp_path / "data"
    shutil.copytree(catalog.DATA, folder)
    monkeypatch.setattr(catalog, "DATA", str(folder))
    forget()
    yield folder
    monkeypatch.undo()
    forget()


def spoil(folder: Path, name: str, slot: str, effect: str, phase: str, hazard: str) -> str:
    """Put a wrong hazard into the data; gives the right file content."""
    path = folder / "hazards_haiku.json"
    right = path.read_text(encoding="utf-8")
    tables = json.loads(right)
    assert tables[name][slot][effect][phase] != hazard
    tables[name][slot][effect][phase] = hazard
    path.write_text(dumps(tables), encoding="utf-8")
    forget()
    return right


def test_the_plan_has_every_effect_of_every_example() -> None:
    found = plan.cells()
    texts = catalog.read("examples.json")
    slots = sum(len(set(each) - {"with"}) for each in texts.values())
    assert len(found) == len(set(found)) == slots * len(plan.effects())
    assert len(plan.effects()) == 16
    assert {cell.transform for cell in plan.cells(["jax.api.vmap"])} == {"jax.vmap"}
    assert {cell.effect for cell in plan.cells(["jax.lax.cond"], ["rng"])} == {"rng"}


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    found = plan.cells()
    first = plan.sample(found, 20, seed=1)
    assert first == plan.sample(found, 20, seed=1)
    assert first != plan.sample(found, 20, seed=2)
    assert len(set(first)) == 20
    assert plan.sample(found[:3], 20, seed=1) == found[:3]


def test_the_worker_measures_the_effects_of_the_data() -> None:
    effects = pytest.importorskip("jaxlint.catalog.measure.effects", exc_type=ImportError)
    assert list(effects.EFFECTS) == plan.effects()


@installed
def test_a_sample_of_the_data_agrees_with_the_installed_versions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = measure.main(["--sample", "8", "--seed", "3", "--jobs", "1", "--format", "json"])
    result = json.loads(capsys.readouterr().out)
    assert result["measured"] == 16
    assert result["disagreements"] == []
    assert result["refused"] == []
    assert status == 0


@installed
def test_a_wrong_hazard_is_reported_and_update_puts_it_right(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = spoil(data, "jax.vmap", "fun", "rng", "apply", "ok")
    arguments = ["jax.vmap", "--effect", "rng", "--jobs", "1"]
    assert measure.main(arguments) == 1
    out = capsys.readouterr().out
    assert "1 of 2 hazards differ from the data" in out
    row = next(line for line in out.splitlines() if "jax.vmap" in line)
    for word in ("fun", "rng", "apply", "ok", "silent", "the same numbers in all of 2 runs"):
        assert word in row
    assert measure.main([*arguments, "--update"]) == 0
    assert (data / "hazards_haiku.json").read_text(encoding="utf-8") == right
    assert json.loads((data / "measured.json").read_text(encoding="utf-8"))["jax"]


@installed
def test_a_lost_process_costs_its_own_cell_only() -> None:
    good = plan.cells(["jax.named_call"], ["construct"])[0]
    deadly = replace(good, text="__import__('os')._exit(3)")
    refused = replace(good, text="1 / 0")
    crew = session.Crew(1)
    told: list[None] = []
    try:
        replies = dict(crew.measure([deadly, good, refused], lambda: told.append(None)))
    finally:
        crew.close()
    assert len(told) == 3
    assert replies[deadly]["apply"]["hazard"] == "lost"
    assert "exit status 3" in replies[deadly]["apply"]["evidence"]
    assert replies[good]["apply"] == {"hazard": "ok", "evidence": ""}
    assert replies[refused]["apply"]["hazard"] is None
    assert "ZeroDivisionError" in replies[refused]["apply"]["evidence"]
    result = compare(replies.items(), {"jax": "0"})
    assert {each.measured for each in result.disagreements} == {"lost"}
    assert len(result.disagreements) == len(result.refused) == 2


def test_without_jax_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measure, "find_spec", lambda name: None)
    assert measure.main([]) == 2
    message = capsys.readouterr().err
    assert "jax and dm-haiku cannot be imported" in message
    assert "pip install 'flake8-jaxlint[verify]'" in message


def test_a_process_that_does_not_start_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise session.CannotMeasure("the measuring process did not start: ImportError: no jax")

    monkeypatch.setattr(measure, "find_spec", lambda name: object())
    monkeypatch.setattr(session, "Worker", refuse)
    assert measure.main(["jax.vmap"]) == 2
    assert "ImportError: no jax" in capsys.readouterr().err


def test_an_unknown_transform_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measure, "find_spec", lambda name: object())
    assert measure.main(["jax.nothing"]) == 2
    assert "no example of jax.nothing" in capsys.readouterr().err


def test_other_versions_are_named_in_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    result = Result(2, (), (), {"jax": "9.9"}, {"jax": "0.10.2"})
    show(result, "table", sys.stdout)
    out = capsys.readouterr().out
    assert out == (
        "0 of 2 hazards differ from the data (jax 9.9). The data was measured on jax 0.10.2.\n"
    )
