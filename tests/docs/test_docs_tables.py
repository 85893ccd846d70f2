"""The tables that the documentation makes of jaxlint's own data."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from doc_files import DOCS, text

from jaxlint import catalog
from jaxlint.config import SETTINGS
from jaxlint.rules.registry import all_rules

tables = importlib.import_module("jaxlint_tables")  # doc_files has put docs/_ext on the path

ROWS = (
    ("param-create", "haiku"),
    ("param-exists", "haiku"),
    ("rng", "haiku"),
    ("rng-later", "haiku"),
    ("state-write-data", "haiku"),
    ("submodule-call", "linen"),
    ("submodule-called", "linen"),
    ("variable-write-counter", "linen"),
    ("batchnorm-train", "linen"),
    ("rng", "linen"),
)
"""The effects with a table on some page, and the library that they are effects of."""


@pytest.mark.parametrize("code", all_rules())
def test_a_page_begins_with_what_the_registry_says(code: str) -> None:
    rule, page = all_rules()[code], DOCS / "rules" / code
    whole = tables.completed(code, text(page / "index.md"), page / "bad.py")
    head, _, rest = whole.partition("## What it does")
    assert head.startswith(f"# {code} {rule.name}\n")
    assert f"| Instead | {rule.replacement} |" in head
    assert all(hazard.value in head for hazard in rule.hazards)
    assert re.search(rf"^bad\.py:\d+:\d+: {code} ", rest, re.MULTILINE)


def test_a_page_without_a_rule_is_an_error() -> None:
    with pytest.raises(tables.DocumentationError, match="JAX999"):
        tables.check_pages({*all_rules(), "JAX999"})


def test_a_rule_without_a_page_is_an_error() -> None:
    with pytest.raises(tables.DocumentationError, match="JAX101"):
        tables.check_pages(set(all_rules()) - {"JAX101"})


def test_a_bad_example_without_a_finding_is_an_error(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("import haiku as hk\n")
    with pytest.raises(tables.DocumentationError, match="finds nothing"):
        tables.completed("JAX101", tables.BAD_EXAMPLE, bad)


def test_the_overview_links_every_rule() -> None:
    rows = "\n".join(tables.rules_table())
    for code in all_rules():
        assert f"[{code}]({code}/index.md)" in rows


@pytest.mark.parametrize(("effect", "library"), ROWS)
def test_a_hazard_table_agrees_with_the_catalog(effect: str, library: str) -> None:
    listed = {}
    for row in list(tables.hazards_table(effect, library))[2:]:
        at_init, at_apply, names = (cell.strip() for cell in row.strip("| ").split(" | "))
        for name in re.findall(r"`([\w.]+)`", names):
            assert name not in listed
            listed[name] = (at_init, at_apply)
    assert {"jax.vmap", "jax.lax.scan", "jax.grad", "jax.jit"} <= set(listed)
    for name, shown in listed.items():
        measured = (
            catalog.hazard(name, effect, phase, library=library) for phase in ("init", "apply")
        )
        assert shown == tuple(tables.outcome_text(outcome or "ok") for outcome in measured)


def test_every_page_table_names_a_measured_effect() -> None:
    used = {
        (effect, library or "haiku")
        for page in (DOCS / "rules").glob("*/index.md")
        for effect, library in re.findall(
            r"^```\{hazards\} (\S+)(?: (\S+))?$", text(page), re.MULTILINE
        )
    }
    assert used == set(ROWS)
    with pytest.raises(tables.DocumentationError, match="no effect"):
        list(tables.hazards_table("nothing"))


def test_every_setting_is_in_the_table() -> None:
    rows = list(tables.settings_table())
    for setting in SETTINGS:
        assert [row for row in rows if row.startswith(f"| `{setting.key}` |")]


def test_a_command_that_fails_is_an_error() -> None:
    with pytest.raises(tables.DocumentationError, match="exit status 2"):
        tables.run_jaxlint(["explain", "JAX999"])
