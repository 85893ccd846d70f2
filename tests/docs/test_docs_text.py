"""What the prose pages say of settings, options, reports and in-house code is so."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from outcome import Run
from doc_files import DOCS, OWN_HAIKU, blocks, found, marks, name, text

from jaxlint import configfiles
from jaxlint.cli.arguments import parse
from jaxlint.cli.check import configuration
from jaxlint.config import SETTINGS, Config, Options, resolve

CONFIGURATION = text(DOCS / "configuration.md")
IN_HOUSE = DOCS / "in_house"
TINY = DOCS / "own_haiku" / "pyproject.toml"


def config_in(path: Path) -> Config:
    return resolve(configfiles.named(str(path)))


def test_the_three_configurations_mean_the_same(folder: Path) -> None:
    (toml,) = blocks(CONFIGURATION, "toml")
    flake8, own = blocks(CONFIGURATION, "ini")
    (folder / "pyproject.toml").write_text(toml)
    (folder / "setup.cfg").write_text(flake8)
    (folder / "tox.ini").write_text(own)
    in_toml, in_flake8, in_own = map(
        config_in, (folder / "pyproject.toml", folder / "setup.cfg", folder / "tox.ini")
    )
    assert in_toml == in_own
    assert in_flake8 == replace(in_toml, exclude=())  # flake8 has its own
    assert in_toml.options.src == (str(folder / "lib"),)


def test_every_setting_is_in_the_configuration_page(folder: Path) -> None:
    (toml,) = blocks(CONFIGURATION, "toml")
    for setting in SETTINGS:
        if setting.key not in ("select", "ignore"):
            assert re.search(rf"^({setting.key} =|\[tool\.jaxlint\.{setting.key}\])", toml, re.M)


def commands() -> Iterator[str]:
    """Every command in the console blocks of the documentation that is one of jaxlint's."""
    for page in sorted(DOCS.rglob("*.md")):
        for block in blocks(text(page), "console"):
            for line in block.splitlines():
                command = line.removeprefix("$ ").split("|")[-1].split("  #")[0].strip()
                if line.startswith("$ ") and command.startswith("jaxlint "):
                    yield command


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_the_commands_are_understood(command: str, folder: Path) -> None:
    arguments = shlex.split(command)[1:]
    if arguments == ["--version"]:
        return
    if arguments[:2] == ["catalog", "check"]:
        arguments = arguments[:2]  # its options are the measuring command's
    options = parse(arguments)
    if options.command == "check":
        configuration(options)


def test_the_json_report_has_the_keys_of_its_page(run: Run) -> None:
    page = text(DOCS / "json.md")
    bad = DOCS / "rules" / "JAX102" / "bad.py"
    outcome = run("check", "--format", "json", "--no-cache", "--isolated", str(bad), "none.py")
    report = json.loads(outcome.out)
    (finding,), (diagnostic,) = report["findings"], report["diagnostics"]
    for heading, record in (
        ("The object", report),
        ("A finding", finding),
        ("A diagnostic", diagnostic),
        ("The summary", report["summary"]),
    ):
        assert documented_keys(page, heading) == set(record)
    (sentence,) = re.findall(r"Each link of `chain` has ([^.]+)\.", page)
    assert set(re.findall(r"`(\w+)`", sentence)) == set(finding["chain"][0])


def test_the_rules_in_json_have_the_keys_of_their_page(run: Run) -> None:
    page = text(DOCS / "json.md")
    (sentence,) = re.findall(r"prints a list of objects with ([^.]+)\.", page)
    rules = json.loads(run("rules", "--format", "json").out)
    assert set(re.findall(r"`(\w+)`", sentence)) == set(rules[0])


def documented_keys(page: str, heading: str) -> set[str]:
    """The keys in the table below a heading."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    rows = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def test_an_in_house_library_is_unknown_without_settings() -> None:
    assert found(IN_HOUSE / "train.py") == []


def test_the_in_house_settings_find_what_is_marked() -> None:
    options = config_in(IN_HOUSE / "pyproject.toml").options
    path = IN_HOUSE / "train.py"
    assert [str(mark) for mark in found(path, options)] == [str(mark) for mark in marks(path)]


@pytest.mark.parametrize("setting", ["effects", "roots", "wrappers", "transforms"])
def test_each_in_house_setting_matters(setting: str) -> None:
    options = config_in(IN_HOUSE / "pyproject.toml").options
    assert getattr(options, setting)
    without = replace(options, **{setting: getattr(Options(), setting)})
    assert set(found(IN_HOUSE / "train.py", without)) < set(marks(IN_HOUSE / "train.py"))


@pytest.mark.parametrize("path", OWN_HAIKU, ids=name)
def test_a_home_made_haiku_takes_three_lines(path: Path) -> None:
    assert len(text(TINY).splitlines()) == 3
    options = config_in(TINY).options
    assert found(path) == []
    assert [str(mark) for mark in found(path, options)] == [str(mark) for mark in marks(path)]
    for fewer in (replace(options, roots=()), replace(options, effects={})):
        assert not set(found(path, fewer)) & set(marks(path))


def test_what_is_marked_in_the_home_made_haiku() -> None:
    marked = {path.stem: [mark.hazard for mark in marks(path)] for path in OWN_HAIKU}
    assert marked == {
        "jit_inside_bad": ["leak"],
        "jit_outside": [],
        "vmap_inside_bad": ["leak"],
        "vmap_inside_tolerated": ["tolerated"],
        "vmap_outside": [],
    }
    page = text(DOCS / "own-haiku.md")
    assert all(f"{{literalinclude}} own_haiku/{stem}.py" in page for stem in marked)


def test_the_hook_of_the_page_exists() -> None:
    hooks = text(DOCS.parent / ".pre-commit-hooks.yaml")
    (own,) = [block for block in blocks(text(DOCS / "ci.md"), "yaml") if "id: jaxlint" in block]
    assert "- id: jaxlint\n" in hooks
    (arguments,) = re.findall(r"args: \[(.*)\]", own)
    (entry,) = re.findall(r"entry: jaxlint (.*)", hooks)
    assert parse([entry, *arguments.split(", "), "file.py"]).tolerated == "false"
