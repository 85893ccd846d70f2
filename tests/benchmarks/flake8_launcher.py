"""flake8 with jaxlint's plugin or without it: `python flake8_launcher.py with|without ARGUMENTS...`

Without it, the plugin is taken out of what flake8 finds installed, so that nothing of jaxlint is
imported; with it, this checkout's plugin is found, installed or not.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator

from flake8.main.cli import main
from flake8.plugins import finder

PACKAGE = "flake8-jaxlint"
ENTRY = importlib.metadata.EntryPoint("JAX", "jaxlint.flake8:Plugin", "flake8.extension")

installed = finder._find_importlib_plugins


def others() -> Iterator[finder.Plugin]:
    """What flake8 finds, jaxlint left out."""
    return (plugin for plugin in installed() if plugin.package != PACKAGE)


def all_of_them() -> Iterator[finder.Plugin]:
    """What flake8 finds, and jaxlint."""
    yield from others()
    yield finder.Plugin(PACKAGE, "0", ENTRY)


if __name__ == "__main__":
    mode = sys.argv.pop(1)
    assert mode in ("with", "without")
    finder._find_importlib_plugins = all_of_them if mode == "with" else others
    sys.exit(main())
