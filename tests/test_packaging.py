"""What setup.cfg says of the package is what there is."""

from __future__ import annotations

import configparser
import fnmatch
import os
import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from flake8.defaults import VALID_CODE_PREFIX

from jaxlint.codes import known_codes

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def words(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_every_package_is_listed(setup: configparser.ConfigParser) -> None:
    there = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for path in (ROOT / "jaxlint").rglob("__init__.py")
    }
    assert set(words(setup["options"]["packages"])) == there | {"jaxlint._pages"}


def test_every_data_file_is_in_the_package(setup: configparser.ConfigParser) -> None:
    patterns = [
        f"{package.replace('.', '/')}/{pattern}"
        for package, text in setup["options.package_data"].items()
        for pattern in re.split(r"[,\s]+", text.strip())
    ]
    for folder, _, names in os.walk(ROOT / "jaxlint"):
        for name in names:
            path = Path(folder, name).relative_to(ROOT).as_posix()
            if not name.endswith((".py", ".pyc")):
                assert any(fnmatch.fnmatch(path, pattern) for pattern in patterns), path


def test_the_entry_points_lead_somewhere(setup: configparser.ConfigParser) -> None:
    for group, text in setup["options.entry_points"].items():
        for line in words(text):
            name, _, value = (part.strip() for part in line.partition("="))
            assert callable(EntryPoint(name, value, group).load())
            if group == "flake8.extension":
                assert VALID_CODE_PREFIX.match(name)


def test_every_extra_is_there(setup: configparser.ConfigParser) -> None:
    extras = setup["options.extras_require"]
    assert {"verify", "lsp", "fix", "docs", "test", "all"} <= set(extras)
    assert set(words(extras["verify"])) <= set(words(extras["test"])) <= set(words(extras["all"]))


def test_every_code_is_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [code for code in known_codes() if code not in changelog] == []


def test_the_readme_is_short_and_has_its_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 90
    for command in (
        "python -m pip install . && python -m jaxlint check docs/examples",
        'python -m pip install ".[test]" && python -m pytest',
    ):
        assert command in readme
    for path in re.findall(r"\]\(([\w./-]+)\)", readme):
        assert (ROOT / path).exists(), path


def test_what_the_readme_shows_is_what_jaxlint_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jaxlint.cli import main

    bad = (ROOT / "docs/rules/JAX101/bad.py").read_text(encoding="utf-8")
    (tmp_path / "encoder.py").write_text(re.sub(r"  # JAX101:.*", "", bad), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    main(["check", "encoder.py", "--no-cache"])
    shown = capsys.readouterr().out.partition("\n\n")[0]
    assert shown in (ROOT / "README.md").read_text(encoding="utf-8")
