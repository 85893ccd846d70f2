"""Sphinx's settings: `sphinx-build -W -b html docs docs/_build/html`."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent), str(DOCS / "_ext")]

import jaxlint  # noqa: E402

project = "jaxlint"
author = "the jaxlint authors"
project_copyright = author
version = release = jaxlint.__version__

extensions = ["myst_parser", "jaxlint_pages"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_ext"]

html_theme = "furo"
html_title = f"jaxlint {version}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["jaxlint.css"]
pygments_style = "friendly"
pygments_dark_style = "monokai"
highlight_language = "python"
nitpicky = True
