"""Which files the arguments of the command line stand for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jaxlint.discovery import find_files


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def files(*arguments: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [path.replace(os.sep, "/") for path in find_files(arguments, exclude).files]


def test_a_folder_stands_for_the_python_files_below(folder: Path) -> None:
    make(folder, "a.py", "pkg/b.py", "pkg/inner/c.pyw", "notes.txt", "pkg/data.json", "stub.pyi")
    assert files(".") == ["a.py", "pkg/b.py", "pkg/inner/c.pyw"]
    assert files("pkg") == ["pkg/b.py", "pkg/inner/c.pyw"]
    assert files(str(folder)) == ["a.py", "pkg/b.py", "pkg/inner/c.pyw"]


def test_each_file_once(folder: Path) -> None:
    make(folder, "pkg/a.py")
    assert files("pkg", "pkg/a.py", "./pkg/../pkg/a.py", str(folder / "pkg")) == ["pkg/a.py"]


def test_patterns(folder: Path) -> None:
    make(folder, "src/x/net1.py", "src/net2.py", "src/other.py", "src/net3.txt")
    assert files("src/**/net*") == ["src/net2.py", "src/x/net1.py"]
    assert files("src/*.py") == ["src/net2.py", "src/other.py"]


def test_a_file_with_a_name_like_a_pattern(folder: Path) -> None:
    make(folder, "net[1].py", "net1.py")
    assert files("net[1].py") == ["net[1].py"]


def test_what_is_not_there_is_missing(folder: Path) -> None:
    make(folder, "a.py")
    found = find_files(["a.py", "gone.py", "no*thing.py"])
    assert found.files == ["a.py"]
    assert found.missing == ["gone.py", "no*thing.py"]


def test_hidden_folders_environments_and_caches_are_passed_over(folder: Path) -> None:
    make(folder, "a.py", ".git/b.py", ".hidden.py", "__pycache__/c.py", "node_modules/d/e.py")
    make(folder, "env/lib/python3/site-packages/f.py", "env/pyvenv.cfg")
    assert files(".") == ["a.py"]


def test_a_named_folder_or_file_is_checked_whatever_it_is(folder: Path) -> None:
    make(folder, "env/lib/f.py", "env/pyvenv.cfg", ".hidden/g.py", "script")
    assert files("env", ".hidden", "script") == [".hidden/g.py", "env/lib/f.py", "script"]


def test_exclude_takes_names_and_paths(folder: Path) -> None:
    make(folder, "a.py", "old/b.py", "pkg/old/c.py", "pkg/d.py", "pkg/e.py")
    assert files(".", exclude=("old",)) == ["a.py", "pkg/d.py", "pkg/e.py"]
    assert files(".", exclude=("pkg/old", "*/d.py")) == ["a.py", "old/b.py", "pkg/e.py"]
    assert files("pkg/d.py", exclude=("d.py",)) == []


class TestGitIgnore:
    def test_its_patterns_count_inside_and_outside_a_repository(self, folder: Path) -> None:
        make(folder, "a.py", "gen_b.py", "out/c.py", "pkg/gen_d.py", "pkg/e.py")
        (folder / ".gitignore").write_text("gen_*.py\n/out/\n# a comment\n")
        assert files(".") == ["a.py", "pkg/e.py"]

    def test_a_nested_file_has_the_last_word_below_it(self, folder: Path) -> None:
        make(folder, "gen_a.py", "pkg/gen_b.py", "pkg/keep.py", "pkg/local.py", "local.py")
        (folder / ".gitignore").write_text("gen_*.py\n")
        (folder / "pkg" / ".gitignore").write_text("!gen_b.py\nlocal.py\n")
        assert files(".") == ["local.py", "pkg/gen_b.py", "pkg/keep.py"]

    def test_the_files_of_the_repository_above_count(self, folder: Path) -> None:
        make(folder, "pkg/gen_a.py", "pkg/b.py", "pkg/own.py")
        (folder / ".git" / "info").mkdir(parents=True)
        (folder / ".git" / "info" / "exclude").write_text("own.py\n")
        (folder / ".gitignore").write_text("gen_*.py\n")
        assert files("pkg") == ["pkg/b.py"]

    def test_above_no_repository_nothing_counts(self, folder: Path) -> None:
        make(folder, "pkg/gen_a.py")
        (folder / ".gitignore").write_text("gen_*.py\n")
        assert files("pkg") == ["pkg/gen_a.py"]

    def test_a_named_file_or_folder_is_checked_though_ignored(self, folder: Path) -> None:
        make(folder, "build/a.py", "gen.py")
        (folder / ".git").mkdir()
        (folder / ".gitignore").write_text("build/\ngen.py\n")
        assert files("build", "gen.py") == ["build/a.py", "gen.py"]

    def test_a_folder_that_is_ignored_is_not_entered(self, folder: Path) -> None:
        make(folder, "build/a.py")
        (folder / ".gitignore").write_text("build/\n!build/a.py\n")
        assert files(".") == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
class TestLinks:
    def test_a_loop_ends(self, folder: Path) -> None:
        make(folder, "pkg/a.py")
        (folder / "pkg" / "loop").symlink_to(folder, target_is_directory=True)
        assert files(".") == ["pkg/a.py"]

    def test_a_named_link_to_a_folder_is_followed(self, folder: Path) -> None:
        make(folder, "pkg/a.py")
        (folder / "link").symlink_to(folder / "pkg", target_is_directory=True)
        assert files("link") == ["link/a.py"]

    def test_a_link_to_nothing_is_a_file_like_another(self, folder: Path) -> None:
        (folder / "b.py").symlink_to(folder / "gone.py")
        assert files(".") == ["b.py"]


def test_paths_outside_the_current_folder_stay_as_they_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(folder, "here/x.py", "there/a.py")
    monkeypatch.chdir(folder / "here")
    assert files("../there") == ["../there/a.py"]
    assert files(str(folder / "there")) == [str(folder / "there" / "a.py").replace(os.sep, "/")]
