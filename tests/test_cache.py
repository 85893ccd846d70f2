"""The cache gives what a fresh run would give, and only does less work."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from outcome import Run
from samples import CLEAN, HELPER, PURE_HELPER, SCAN, USER, VMAP, noqa

from jaxlint.cache import FOLDER, Cache
from jaxlint.config import Options
from jaxlint.runner import Checker


@pytest.fixture()
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were really checked, as they are."""
    paths: list[str] = []
    check = Checker.check

    def counting(self: Checker, path: str, data: bytes | None = None) -> object:
        paths.append(path)
        return check(self, path, data)

    monkeypatch.setattr(Checker, "check", counting)
    return paths


def age(*paths: Path) -> None:
    """Make files look old enough for their time to be trusted."""
    for path in paths:
        os.utime(path, (1_000_000_000, 1_000_000_000))


def write(path: Path, text: str) -> None:
    path.write_text(text)
    age(path)


def test_an_unchanged_file_is_not_checked_again(folder: Path, run: Run, checked: list[str]) -> None:
    write(folder / "a.py", noqa(SCAN, "hello") + "\n" + VMAP)
    write(folder / "b.py", noqa(SCAN, "noqa: JAX101"))
    first = run("check", ".", "--format", "json")
    assert sorted(checked) == ["a.py", "b.py"]
    second = run("check", ".", "--format", "json")
    assert sorted(checked) == ["a.py", "b.py"]
    before, after = json.loads(first.out), json.loads(second.out)
    assert before["findings"]
    assert before["findings"] == after["findings"]
    assert after["summary"]["cached"] == 2
    assert before["summary"]["suppressed"] == after["summary"]["suppressed"] == 1
    assert first.status == second.status == 1


def test_a_changed_file_is_checked_again(folder: Path, run: Run, checked: list[str]) -> None:
    write(folder / "a.py", CLEAN)
    write(folder / "b.py", CLEAN)
    assert run("check", ".").status == 0
    (folder / "a.py").write_text(SCAN)
    assert run("check", ".").status == 1
    assert sorted(checked) == ["a.py", "a.py", "b.py"]


def test_a_file_changed_at_once_and_alike_in_size(folder: Path, run: Run) -> None:
    (folder / "a.py").write_text(SCAN)
    assert run("check", ".").status == 1
    status = (folder / "a.py").stat()
    (folder / "a.py").write_text(SCAN.replace("hk.Linear(4)(carry)", "carry * 2 + carry  "))
    os.utime(folder / "a.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run("check", ".").status == 0


def test_a_touched_file_is_not_checked_again(folder: Path, run: Run, checked: list[str]) -> None:
    write(folder / "a.py", SCAN)
    run("check", ".")
    os.utime(folder / "a.py", (1_100_000_000, 1_100_000_000))
    assert run("check", ".").status == 1
    assert checked == ["a.py"]


def test_a_file_that_another_depends_on(folder: Path, run: Run) -> None:
    write(folder / "user.py", USER)
    write(folder / "helper.py", PURE_HELPER)
    assert run("check", "user.py").status == 0
    (folder / "helper.py").write_text(HELPER)
    assert run("check", "user.py").status == 1
    (folder / "helper.py").write_text(PURE_HELPER)
    assert run("check", "user.py").status == 0


def test_a_file_that_appears_or_goes(folder: Path, run: Run) -> None:
    write(folder / "user.py", USER)
    assert run("check", "user.py").status == 0
    (folder / "helper.py").write_text(HELPER)
    assert run("check", "user.py").status == 1
    (folder / "helper.py").unlink()
    assert run("check", "user.py").status == 0


def test_a_change_out_of_sight_is_seen_later(folder: Path, run: Run) -> None:
    """The helper changes, is seen by a run over other files, and only then the user is checked."""
    write(folder / "user.py", USER)
    write(folder / "helper.py", PURE_HELPER)
    assert run("check", ".").status == 0
    (folder / "helper.py").write_text(HELPER)
    assert run("check", "helper.py").status == 0
    assert run("check", "user.py").status == 1


def test_what_was_not_looked_at_is_kept(folder: Path, run: Run, checked: list[str]) -> None:
    write(folder / "a.py", SCAN)
    write(folder / "b.py", VMAP)
    run("check", ".")
    write(folder / "b.py", CLEAN)
    run("check", "b.py")
    run("check", "a.py")
    assert checked.count("a.py") == 1


def test_other_options_have_other_results(folder: Path, run: Run) -> None:
    source = "import jax\nfrom mylib import dense\n\n\ndef net(x):\n    return jax.jit(dense)(x)\n"
    write(folder / "a.py", source)
    assert run("check", ".").status == 0
    assert run("check", ".", "--effects", "mylib.dense=param").status == 1
    assert run("check", ".").status == 0


def test_selection_needs_no_new_check(folder: Path, run: Run, checked: list[str]) -> None:
    write(folder / "a.py", SCAN)
    assert run("check", ".").status == 1
    assert run("check", ".", "--ignore", "JAX1").status == 0
    assert checked == ["a.py"]


def test_a_file_that_cannot_be_checked_is_tried_again(folder: Path, run: Run) -> None:
    write(folder / "a.py", "def f(:\n")
    for _ in range(2):
        outcome = run("check", ".")
        assert outcome.status == 2
        assert "syntax error" in outcome.err


@pytest.mark.parametrize("content", ["", "{", "[]", '{"paths": 3}', '{"paths": [], "stamps": []}'])
def test_a_broken_index_is_an_empty_one(folder: Path, run: Run, content: str) -> None:
    write(folder / "a.py", SCAN)
    run("check", ".")
    [index] = (folder / FOLDER).glob("*.json")
    index.write_text(content)
    assert run("check", ".").status == 1
    assert json.loads(index.read_text())["results"]


def test_a_broken_entry_is_none(folder: Path, run: Run) -> None:
    write(folder / "a.py", SCAN)
    run("check", ".")
    [index] = (folder / FOLDER).glob("*.json")
    document = json.loads(index.read_text())
    document["results"]["a.py"]["findings"] = [{"code": "JAX101"}]
    index.write_text(json.dumps(document))
    assert run("check", ".").status == 1


def test_the_folder_marks_itself(folder: Path, run: Run) -> None:
    write(folder / "a.py", CLEAN)
    run("check", ".")
    assert (folder / FOLDER / ".gitignore").read_text() == "*\n"
    assert (folder / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172")


def test_no_cache_writes_nothing(folder: Path, run: Run) -> None:
    write(folder / "a.py", CLEAN)
    run("check", ".", "--no-cache")
    assert not (folder / FOLDER).exists()


def test_a_folder_that_cannot_be_made_is_no_cache(folder: Path, run: Run) -> None:
    write(folder / "a.py", SCAN)
    write(folder / "file", "")
    assert run("check", "a.py", "--cache-dir", "file/cache").status == 1


def test_clean(folder: Path, run: Run) -> None:
    write(folder / "a.py", CLEAN)
    run("check", ".", "--cache-dir", "kept")
    assert run("clean", "--cache-dir", "kept").status == 0
    assert not (folder / "kept").exists()
    assert run("clean", "--cache-dir", "kept").status == 0


def test_clean_spares_a_folder_that_is_no_cache(folder: Path, run: Run) -> None:
    (folder / "mine").mkdir()
    write(folder / "mine" / "a.py", CLEAN)
    outcome = run("clean", "--cache-dir", "mine")
    assert outcome.status == 2
    assert "no cache of jaxlint" in outcome.err
    assert (folder / "mine" / "a.py").exists()


def test_few_indexes_are_kept(folder: Path) -> None:
    write(folder / "a.py", CLEAN)
    for steps in range(1, 20):
        options = Options(max_steps=steps)
        cache = Cache(FOLDER, options)
        cache.put(Checker(options).check("a.py"))
        cache.save()
    assert len(list((folder / FOLDER).glob("*.json"))) == 8
    assert Cache(FOLDER, Options(max_steps=19)).get("a.py") is not None


ABSTRACT = """\
import haiku as hk
import jax


class Encoder(hk.Module):
    def encode(self, row):
        raise NotImplementedError

    def __call__(self, rows):
        return jax.vmap(self.encode)(rows)
"""
CONCRETE = """\
import haiku as hk

from .base import Encoder


class Linear(Encoder):
    def encode(self, row):
        return hk.Linear(3)(row)
"""


def test_a_subclass_in_another_file_that_comes_and_goes(
    folder: Path, run: Run, checked: list[str]
) -> None:
    """What a base class does depends on subclasses that it never names."""
    for name in ("__init__.py", "other.py"):
        (folder / "pkg").mkdir(exist_ok=True)
        write(folder / "pkg" / name, "")
    base = os.path.join("pkg", "base.py")
    write(folder / base, ABSTRACT)
    assert run("check", base).status == 0
    write(folder / "pkg" / "concrete.py", CONCRETE)
    assert run("check", base).status == 1
    write(folder / "pkg" / "concrete.py", CONCRETE.replace("hk.Linear(3)(row)", "2 * row"))
    assert run("check", base).status == 0
    (folder / "pkg" / "concrete.py").unlink()
    assert run("check", base).status == 0
    run("check", base)
    assert checked == [base] * 4


def test_a_relative_import_that_comes_and_goes(folder: Path, run: Run) -> None:
    (folder / "pkg").mkdir()
    write(folder / "pkg" / "__init__.py", "")
    user = os.path.join("pkg", "user.py")
    write(folder / user, USER.replace("from helper", "from .helper"))
    assert run("check", user).status == 0
    write(folder / "pkg" / "helper.py", HELPER)
    assert run("check", user).status == 1
    (folder / "pkg" / "helper.py").unlink()
    assert run("check", user).status == 0
