"""Every rule has its five parts, and they say the same: code, page, fixture, changelog, hazard."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from doc_files import (
    BAD,
    DOCS,
    EXAMPLES,
    GOOD,
    GUIDES,
    HEADINGS,
    OWN_HAIKU,
    PAGES,
    ROOT,
    SILENT,
    blocks,
    found,
    marks,
    name,
    sections,
    text,
)
from kit import cases

from jaxlint.rules.registry import all_rules

MEASURED_ON = {
    "1": "On jax 0.10.2 and dm-haiku 0.0.17",
    "2": "On jax 0.10.2 and flax 0.12.8",
    "3": "On jax 0.10.2, dm-haiku 0.0.17 and flax 0.12.8",
    "9": "On jax 0.10.2 and flax 0.12.8",
}
"""By the digit of the family, how the section "Measured" of its pages begins."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
each_bad = pytest.mark.parametrize("bad", BAD, ids=name)


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert [page.name for page in PAGES] == list(all_rules())


@pytest.mark.parametrize("code", all_rules())
def test_every_rule_is_in_the_changelog(code: str) -> None:
    assert f"{code} {all_rules()[code].name}" in " ".join(text(ROOT / "CHANGELOG.md").split())


@pytest.mark.parametrize("code", all_rules())
def test_every_rule_has_fixtures_that_show_its_hazards(code: str) -> None:
    shown = {mark.hazard for case in cases() for mark in case.marks if mark.code == code}
    assert shown
    assert shown <= {hazard.value for hazard in all_rules()[code].hazards}


@each_page
def test_the_headings(page: Path) -> None:
    assert tuple(sections(page)) == HEADINGS
    assert all(part.strip() for part in sections(page).values())
    assert text(page / "index.md").startswith(f"## {HEADINGS[0]}\n")


@each_page
def test_the_examples_are_included_where_they_belong(page: Path) -> None:
    assert "```{literalinclude} bad.py\n```\n" in sections(page)["Example"]
    assert "```{literalinclude} good.py\n```\n" in sections(page)["Use instead"]


@each_page
def test_the_measured_versions_are_named(page: Path) -> None:
    assert sections(page)["Measured"].lstrip().startswith(f"{MEASURED_ON[page.name[3]]}, CPU")


@each_bad
def test_the_bad_example_has_one_finding_of_its_rule(bad: Path) -> None:
    (mark,) = marks(bad)
    rule = all_rules()[bad.parent.name]
    assert mark.code == rule.code
    assert mark.hazard in {hazard.value for hazard in rule.hazards}
    assert mark.exception is None or mark.exception in rule.exceptions


@pytest.mark.parametrize("path", [*BAD, *GOOD, *EXAMPLES, *GUIDES, *SILENT], ids=name)
def test_jaxlint_finds_what_the_marks_promise(path: Path) -> None:
    assert [str(mark) for mark in found(path)] == [str(mark) for mark in marks(path)]


def test_only_the_bad_ones_are_marked() -> None:
    marked = {path.name for path in EXAMPLES if marks(path)}
    assert marked == {
        "row2_vmap_inside.py",
        "row3_nested_not_lifted.py",
        "eval_shape_module_bad.py",
        "eval_shape_parameter_bad.py",
    }
    assert not [path for path in (*GOOD, *SILENT) if marks(path)]
    for path in GUIDES:
        assert len(marks(path)) == path.stem.endswith("_bad"), path


def test_every_rule_has_a_file_of_what_it_leaves_alone() -> None:
    assert [path.stem.upper() for path in SILENT] == list(all_rules())


@pytest.mark.parametrize("path", [*BAD, *GOOD, *EXAMPLES, *GUIDES, *OWN_HAIKU], ids=name)
def test_an_example_is_a_script_with_a_main(path: Path) -> None:
    tree = ast.parse(text(path))
    assert ast.get_docstring(tree)
    assert "main" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert text(path).endswith('\n\n\nif __name__ == "__main__":\n    main()\n')


@each_page
def test_bad_and_good_differ_by_little(page: Path) -> None:
    bad, good = (text(page / which).splitlines() for which in ("bad.py", "good.py"))
    assert bad != good
    assert len(set(good) - set(bad)) <= 5


@each_bad
def test_the_picture_names_the_lines_of_the_chain(bad: Path) -> None:
    from jaxlint.analysis.engine import analyse

    (picture,) = blocks(sections(bad.parent)["The effect chain"], "text")
    drawn = {int(line) for line in re.findall(r"\bline (\d+)\b", picture)}
    (finding,) = analyse(str(bad)).findings
    assert {link.span.line for link in finding.chain} <= drawn
    assert max(drawn) <= len(text(bad).splitlines())


def test_every_example_is_in_the_table() -> None:
    table = text(DOCS / "examples" / "index.md").split("```", 1)[0]
    for path in EXAMPLES:
        (row,) = [line for line in table.splitlines() if f"]({path.name})" in line]
        codes = ", ".join(mark.code for mark in marks(path))
        assert row.endswith(f"| no: {codes} |" if codes else "| yes |")


@pytest.mark.parametrize("path", GUIDES, ids=name)
def test_every_example_of_a_guide_is_on_its_page(path: Path) -> None:
    page = text(path.with_name("index.md"))
    codes = "".join(mark.code for mark in marks(path))
    before = f"{codes}:\n\n" if codes else ""
    assert page.count(f"{before}```{{literalinclude}} {path.name}\n:caption: {path.name}\n") == 1
    for label in re.findall(rf"\[([^]]*)\]\({re.escape(path.name)}\)", page):
        assert label == (codes or path.name)


@pytest.mark.parametrize("page", sorted({path.parent for path in GUIDES}), ids=name)
def test_the_pages_of_the_guides_have_no_other_files(page: Path) -> None:
    index = text(page / "index.md")
    shown = re.findall(r"(?:\{literalinclude\} |\]\()(\w+\.py)", index)
    assert set(shown) == {path.name for path in GUIDES if path.parent == page}
    assert f"```{{jaxlint}} check --format concise {name(page)}\n" in index
