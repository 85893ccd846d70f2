"""Shared by the verifier's tests: findings written by hand, and one server for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from jaxlint.finding import Finding, Hazard, Span
from jaxlint.verify.model import Job, Limits, Result

Place = Callable[..., Finding]


def place(
    path: Path, text: str, code: str = "JAX101", hazard: str = "leak", **more: Any
) -> Finding:
    """A finding at the only place of `text` in the file."""
    source = path.read_text()
    assert source.count(text) == 1, f"{text!r} is {source.count(text)} times in {path}"
    at = source.index(text)
    line = source.count("\n", 0, at) + 1
    column = at - (source.rfind("\n", 0, at) + 1) + 1
    end = at + len(text)
    end_line = source.count("\n", 0, end) + 1
    end_column = end - (source.rfind("\n", 0, end) + 1) + 1
    span = Span(str(path), line, column, end_line, end_column)
    return Finding(code, "", "", span, Hazard(hazard), **more)


@pytest.fixture(scope="session")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., list[Result]]]:
    """Run findings (or jobs); results in their order. One server serves the whole session."""
    pytest.importorskip("haiku")
    from jaxlint.verify.pool import Pool

    with Pool(2) as pool:

        def run(work: Sequence[Finding | Job], **limits: Any) -> list[Result]:
            jobs = [
                w if isinstance(w, Job) else Job(w, limits=Limits(**{"seconds": 120, **limits}))
                for w in work
            ]
            done = dict(pool.run(jobs))
            return [done[n] for n in sorted(done)]

        yield run
