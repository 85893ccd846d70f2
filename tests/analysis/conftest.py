"""A project of the test's own, and what the analysis says of a file in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from snippets import Files, project_in


@pytest.fixture()
def files(tmp_path: Path) -> Callable[[dict[str, str]], Files]:
    """Write `{"package/file.py": text}` as a project; `files(...).check(name)` analyses a file."""
    return lambda texts: project_in(tmp_path, texts)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A project without any other file, for snippets that need none. Nothing is written to it."""
    return project_in(tmp_path_factory.mktemp("empty"), {})
