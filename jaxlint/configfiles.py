"""Find and read configuration: `[flake8]` and `[jaxlint]` sections, and `[tool.jaxlint]`.

The search is flake8's own: from the current folder upwards, not beyond the home folder, first file
with the section. A key of a nearer kind wins: `[flake8] jaxlint-*`, then `[jaxlint]`, then
`pyproject.toml`.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jaxlint.config import ConfigError, Source
from jaxlint.paths import shown

Layer = tuple[Source, Mapping[str, Any]]

_INI_FILES = ("setup.cfg", "tox.ini", ".flake8")
_PREFIX = "jaxlint-"


def found(folder: str | None = None) -> list[Layer]:
    """The layers that apply in `folder` (the current one unless told), highest first.

    Raises `ConfigError` when a file that speaks of jaxlint cannot be read.
    """
    folders = list(_upwards(os.path.abspath(folder or os.curdir)))
    layers = []
    for section in ("flake8", "jaxlint"):
        files = (os.path.join(up, name) for up in folders for name in _INI_FILES)
        layers += _first(_ini_layer(file, section) for file in files)
    layers += _first(_toml_layer(os.path.join(up, "pyproject.toml")) for up in folders)
    return layers


def named(path: str) -> list[Layer]:
    """The layers of the one file `path`, as `found` would read it. Raises `ConfigError`."""
    if not os.path.isfile(path):
        raise ConfigError(f"{path}: no such configuration file")
    if path.endswith(".toml"):
        return _first([_toml_layer(path)])
    return [*_first([_ini_layer(path, "flake8")]), *_first([_ini_layer(path, "jaxlint")])]


def table(tool: str, path: str | None = None) -> Layer | None:
    """`[tool.<tool>]` of the file `path`, or of the nearest `pyproject.toml` that has one.

    Raises `ConfigError` when such a file cannot be read.
    """
    if path is not None:
        return _toml_layer(path, tool) if path.endswith(".toml") else None
    folders = _upwards(os.path.abspath(os.curdir))
    layers = _first(_toml_layer(os.path.join(up, "pyproject.toml"), tool) for up in folders)
    return layers[0] if layers else None


def _first(layers: Iterable[Layer | None]) -> list[Layer]:
    return next(([layer] for layer in layers if layer is not None), [])


def _upwards(folder: str) -> Iterator[str]:
    home = os.path.abspath(os.path.expanduser("~"))
    yield folder
    while (parent := os.path.dirname(folder)) not in (folder, home):
        yield parent
        folder = parent


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return ""  # as flake8 does: such a file has nothing to say


def _source(path: str, section: str, prefix: str = "") -> Source:
    return Source(f"{shown(path)}: [{section}]", os.path.dirname(os.path.abspath(path)), prefix)


def _ini_layer(path: str, section: str) -> Layer | None:
    text = _text(path)
    if f"[{section}]" not in text:
        return None
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        if "jaxlint" in text:
            raise ConfigError(
                f"{path}: not a configuration file: {error}".replace("\n", " ")
            ) from None
        return None
    if section not in parser:
        return None
    prefix = _PREFIX if section == "flake8" else ""
    written = {key.replace("_", "-"): value for key, value in parser[section].items()}
    ours = {k.removeprefix(prefix): v for k, v in written.items() if k.startswith(prefix)}
    return _source(path, section, prefix), ours


def _toml_layer(path: str, tool: str = "jaxlint") -> Layer | None:
    text = _text(path)
    if tool not in text:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    table = document.get("tool", {}).get(tool)
    if table is None:
        return None
    source = _source(path, f"tool.{tool}")
    if not isinstance(table, dict):
        raise ConfigError(f"{source.text}: must be a table of settings")
    return source, table
