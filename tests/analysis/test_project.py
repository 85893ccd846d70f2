"""The files around a file: found by module name, by relative import, by text, by word."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from snippets import Files

from jaxlint.analysis import project as project_module
from jaxlint.analysis.project import Project
from jaxlint.config import Options

Write = Callable[[dict[str, str]], Files]

LAYOUT = {
    "net.py": "",
    "helper.py": "",
    "pkg/__init__.py": "",
    "pkg/a.py": "",
    "pkg/sub/__init__.py": "",
    "pkg/sub/b.py": "",
    "src/lib/__init__.py": "",
    "src/lib/c.py": "",
    "space/deep/d.py": "",
    "jax/numpy.py": "",
    "haiku.py": "",
}


def found(project: Project, files: Files, dotted: str, importer: str) -> str | None:
    """Where `importer` finds module `dotted`, as a path below the project."""
    hit = project.find(dotted, files.path(importer))
    return None if hit is None else os.path.relpath(hit[0], files.root).replace(os.sep, "/")


@pytest.mark.parametrize(
    ("dotted", "importer", "expected"),
    [
        ("helper", "net.py", "helper.py"),
        ("pkg", "net.py", "pkg/__init__.py"),
        ("pkg.a", "net.py", "pkg/a.py"),
        ("pkg.sub", "pkg/a.py", "pkg/sub/__init__.py"),
        ("pkg.sub.b", "pkg/sub/b.py", "pkg/sub/b.py"),
        ("helper", "pkg/sub/b.py", "helper.py"),
        ("a", "pkg/a.py", "pkg/a.py"),
        ("lib.c", "net.py", "src/lib/c.py"),
        ("lib.c", "src/lib/__init__.py", "src/lib/c.py"),
        ("space.deep.d", "net.py", "space/deep/d.py"),
        ("space.deep", "net.py", None),
        ("missing", "net.py", None),
        ("pkg.missing", "net.py", None),
        ("jax.numpy", "net.py", None),
        ("haiku", "net.py", None),
    ],
)
def test_a_module_is_found_by_name(
    files: Write, dotted: str, importer: str, expected: str | None
) -> None:
    written = files(LAYOUT)
    assert found(Project(), written, dotted, importer) == expected


def test_whether_it_is_a_package_is_told(files: Write) -> None:
    written = files(LAYOUT)
    hits = [Project().find(name, written.path("net.py")) for name in ("pkg", "pkg.a")]
    assert [hit[1] for hit in hits if hit] == [True, False]


def test_a_package_comes_before_a_module_of_the_same_name(files: Write) -> None:
    written = files({"net.py": "", "x.py": "", "x/__init__.py": ""})
    assert found(Project(), written, "x", "net.py") == "x/__init__.py"


def test_what_lies_nearer_comes_first(files: Write) -> None:
    written = files({"app/main.py": "", "app/x.py": "", "x.py": ""})
    assert found(Project(), written, "x", "app/main.py") == "app/x.py"


@pytest.mark.parametrize(
    "project",
    [
        lambda root: Project([str(root / "vendored")]),
        lambda root: Project((), Options(src=(str(root / "vendored"),))),
    ],
)
def test_further_import_roots_can_be_given(
    files: Write, tmp_path: Path, project: Callable[[Path], Project]
) -> None:
    written = files({"net.py": "", "vendored/x.py": ""})
    assert found(Project(), written, "x", "net.py") is None
    assert found(project(tmp_path), written, "x", "net.py") == "vendored/x.py"


@pytest.mark.parametrize(
    ("level", "dotted", "importer", "expected"),
    [
        (1, "a", "pkg/a.py", "pkg/a.py"),
        (1, "", "pkg/a.py", "pkg/__init__.py"),
        (1, "sub.b", "pkg/__init__.py", "pkg/sub/b.py"),
        (2, "a", "pkg/sub/b.py", "pkg/a.py"),
        (2, "", "pkg/sub/b.py", "pkg/__init__.py"),
        (1, "missing", "pkg/a.py", None),
        (9, "a", "pkg/a.py", None),
    ],
)
def test_relative_imports(
    files: Write, level: int, dotted: str, importer: str, expected: str | None
) -> None:
    written = files(LAYOUT)
    hit = Project().find_relative(level, dotted, written.path(importer))
    assert hit == (
        None if expected is None else (written.path(expected), expected.endswith("__init__.py"))
    )


@pytest.mark.parametrize(
    ("name", "dotted"),
    [
        ("net.py", ("net", False)),
        ("pkg/__init__.py", ("pkg", True)),
        ("pkg/sub/b.py", ("pkg.sub.b", False)),
        ("space/deep/d.py", ("d", False)),
    ],
)
def test_the_name_of_a_file_is_that_of_the_packages_around_it(
    files: Write, name: str, dotted: tuple[str, bool]
) -> None:
    assert Project().name_of(files(LAYOUT).path(name)) == dotted


SITE = "venv/lib/python3.11/site-packages"


def test_other_installed_packages_are_no_part_of_a_project(files: Write) -> None:
    written = files(
        {
            "net.py": "",
            f"{SITE}/theirs/__init__.py": "",
            f"{SITE}/theirs/layers.py": "",
            f"{SITE}/other/__init__.py": "",
        }
    )
    project = Project([written.path(SITE)])
    own = f"{SITE}/theirs/layers.py"
    assert found(project, written, "theirs.layers", "net.py") is None
    assert found(project, written, "other", own) is None
    assert found(project, written, "theirs.layers", f"{SITE}/theirs/__init__.py") == own


@pytest.mark.parametrize(
    "statement",
    [
        "import near",
        "import os, near",
        "import near as other",
        "from near import f",
        "from pkg import a",
        "from pkg import (a, b)",
        pytest.param(
            "from pkg import (\n    a,\n)",
            id="names on following lines",
        ),
        "from pkg.a import f",
        "import middle",
        "def f():\n    from near import g\n",
    ],
)
def test_a_word_is_in_reach_of_a_file_through_its_imports(files: Write, statement: str) -> None:
    texts = {
        "near.py": "import haiku\n",
        "middle.py": "import net\nfrom pkg import a\n",
        "pkg/__init__.py": "",
        "pkg/a.py": "import haiku\n",
        "net.py": statement,
    }
    written = files(texts)
    assert Project().reaches(written.path("net.py"), statement, "haiku")
    for name in ("near.py", "pkg/a.py"):
        Path(written.path(name)).write_text("import numpy\n")
    assert not Project().reaches(written.path("net.py"), statement, "haiku")


def test_the_reach_is_known_after_the_first_question(
    files: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"a.py": "import b\n", "b.py": "import c\n", "c.py": "import a\n"}
    written = files(texts)
    project = Project()
    path = written.path("net.py")
    assert not project.reaches(path, "import a\n", "haiku")
    monkeypatch.setattr(Project, "text", lambda *arguments: pytest.fail("read again"))
    assert not project.reaches(written.path("other.py"), "import c\n", "haiku")


def test_a_library_reaches_nothing_but_what_it_says_itself(files: Write) -> None:
    written = files({"jax/__init__.py": "", "jax/a.py": "import b\n", "b.py": "import haiku\n"})
    path = written.path("jax/a.py")
    assert not Project().reaches(path, "import b\n", "haiku")
    assert Project().reaches(path, "import haiku\n", "haiku")


def test_files_that_match(files: Write) -> None:
    written = files(
        {
            "net.py": "encode(x)\n",
            "a.py": "encode(x)\n",
            "b.py": "encode = 1\n",
            "pkg/c.py": "y = encode (x)\n",
            "build/d.py": "encode(x)\n",
            ".hidden/e.py": "encode(x)\n",
            "broken.py": "encode(",
        }
    )
    hits = Project().matching(written.path("net.py"), "encode", r"\bencode\s*\(")
    assert [os.path.relpath(hit, written.root).replace(os.sep, "/") for hit in hits] == [
        "a.py",
        "broken.py",
        "pkg/c.py",
    ]


def test_the_files_of_a_project_are_those_below_its_mark(files: Write, tmp_path: Path) -> None:
    written = files({"one/pyproject.toml": "", "one/src/a.py": "", "two/b.py": "", "c.py": ""})
    inner = Project().files(written.path("one/src/a.py"))
    assert inner == [written.path("one/src/a.py")]
    assert len(Project().files(written.path("c.py"))) == 3


def test_a_large_project_is_cut(files: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_module, "MAX_PROJECT_FILES", 3)
    written = files({f"m{number}.py": "" for number in range(9)})
    assert len(Project().files(written.path("m0.py"))) == 3


def test_a_file_is_read_and_parsed_once(files: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    written = files({"a.py": "x = 1\n", "broken.py": "x = (\n"})
    project = Project()
    first = project.open(written.path("a.py"), "a", False)
    monkeypatch.setattr(project_module, "read_source", lambda path: pytest.fail("read again"))
    monkeypatch.setattr(project_module, "parse_source", lambda *a: pytest.fail("parsed again"))
    second = project.open(written.path("a.py"), "a", False)
    assert first is not None and second is not None
    assert first is not second and first.tree is second.tree


@pytest.mark.parametrize("name", ["broken.py", "missing.py", "latin.py"])
def test_a_file_that_cannot_be_used_is_none(files: Write, name: str) -> None:
    written = files({"broken.py": "x = (\n"})
    Path(written.path("latin.py")).write_bytes(b"# \xe9\n")
    project = Project()
    for _ in range(2):
        assert project.open(written.path(name), "m", False) is None


def test_a_chain_of_links_ends(files: Write, tmp_path: Path) -> None:
    written = files({"pkg/__init__.py": "import pkg.loop.pkg\n", "net.py": ""})
    (tmp_path / "pkg" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert len(Project().files(written.path("net.py"))) == 2
    assert found(Project(), written, "pkg.loop.net", "net.py") == "pkg/loop/net.py"
    assert not Project().reaches(written.path("net.py"), "import pkg\n", "haiku")
