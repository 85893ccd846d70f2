"""A project of the test's own, and what the analysis says of a file in it.

`gaps.json` lists the tests that show what the analysis does not do yet, each with the reason: they
have to fail until it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from snippets import Files, project_in

HERE = Path(__file__).parent
GAPS: dict[str, str] = json.loads((HERE / "gaps.json").read_text(encoding="utf-8"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the tests of gaps.json to fail. A name there that is no test's is an error."""
    ours = {
        f"{item.path.name}::{item.nodeid.partition('::')[2]}": item
        for item in items
        if item.path.parent == HERE
    }
    whole = {item.path.name for item in ours.values()}
    for name, reason in GAPS.items():
        if name in ours:
            ours[name].add_marker(pytest.mark.xfail(strict=True, reason=reason))
        elif len(whole) == len(list(HERE.glob("test_*.py"))) > 1:
            raise pytest.UsageError(f"gaps.json: no test is called {name}")


@pytest.fixture()
def files(tmp_path: Path) -> Callable[[dict[str, str]], Files]:
    """Write `{"package/file.py": text}` as a project; `files(...).check(name)` analyses a file."""
    return lambda texts: project_in(tmp_path, texts)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A project without any other file, for snippets that need none. Nothing is written to it."""
    return project_in(tmp_path_factory.mktemp("empty"), {})
