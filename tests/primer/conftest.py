"""The marker of the tests that download packages."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known where --strict-markers asks for it."""
    config.addinivalue_line(
        "markers",
        "primer: downloads pinned packages to the folder that JAXLINT_PRIMER names, and lints them",
    )
