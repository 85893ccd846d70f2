"""The flake8 plugin: a thin adapter. flake8 imports this module for every run, so it is light.

The engine is imported for the first file that may matter, and not before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from jaxlint import __version__

if TYPE_CHECKING:
    import argparse
    import ast

    from jaxlint.analysis.project import Project
    from jaxlint.config import Config
    from jaxlint.finding import Finding

Violation = tuple[int, int, str, type]
"""What flake8 wants: line from 1, column from 0, code and message, the plugin."""

_PREFIX = "--jaxlint-"


class Session:
    """What one process of flake8 keeps between files: the configuration and the project."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._project: Project | None = None

    def __deepcopy__(self, memo: object) -> Session:
        return self  # flake8 copies its options for per-file-ignores

    def findings(self, path: str, source: str, tree: ast.Module) -> list[Finding]:
        """The findings to show of one file. Raises whatever the engine raises."""
        found: list[Finding] = []
        from jaxlint.analysis.triage import may_matter

        if may_matter(source):
            from jaxlint.analysis.engine import analyse
            from jaxlint.analysis.project import Project

            options = self.config.options
            self._project = self._project or Project(options=options)
            found = analyse(
                path, source, tree=tree, options=options, project=self._project
            ).findings
        return [*filter(self.config.options.shows, found), *self._unused(path, source, found)]

    def _unused(self, path: str, source: str, found: Sequence[Finding]) -> list[Finding]:
        if not self.config.report_unused_noqa:
            return []
        from jaxlint.suppress import NoqaComments, lines_of, may_name_our_codes

        if not may_name_our_codes(source):
            return []
        return NoqaComments(path, lines_of(source)).unused(found, self.config.options.disable)


class Plugin:
    """flake8's view of jaxlint. The parameters are named as flake8 offers them."""

    name = "flake8-jaxlint"
    version = __version__

    def __init__(
        self, tree: ast.Module, filename: str, lines: Sequence[str], options: argparse.Namespace
    ) -> None:
        self._tree = tree
        self._path = filename
        self._lines = lines
        self._session: Session = options.jaxlint

    @staticmethod
    def add_options(manager: Any) -> None:
        """Register the options, each of which flake8's configuration may hold too."""
        from jaxlint.config import SETTINGS

        for setting in SETTINGS:
            if setting.flake8:
                for flag, keywords in setting.arguments(_PREFIX):
                    in_file = flag == _PREFIX + setting.key
                    manager.add_option(flag, parse_from_config=in_file, **keywords)

    @staticmethod
    def parse_options(manager: Any, options: argparse.Namespace, filenames: list[str]) -> None:
        """Settle the configuration. Raises flake8's ExecutionError for what cannot be used."""
        from jaxlint.config import ConfigError

        try:
            options.jaxlint = Session(_configuration(options))
        except ConfigError as error:
            from flake8.exceptions import ExecutionError

            raise ExecutionError(f"jaxlint: {error}") from None

    def run(self) -> Iterator[Violation]:
        """The violations of the file; one JAX000 where jaxlint itself fails."""
        try:
            source = "".join(self._lines)
            for finding in self._session.findings(self._path, source, self._tree):
                span = finding.span
                message = " ".join(finding.message.split())
                yield span.line, span.column - 1, f"{finding.code} {message}", type(self)
        except Exception as error:
            from jaxlint.runner import failure

            yield 1, 0, failure(error), type(self)


def _configuration(options: argparse.Namespace) -> Config:
    """flake8's options over what configuration files say to jaxlint. Raises ConfigError.

    flake8 merges its command line and its configuration file and does not tell which is which: a
    value that its file holds is that file's, so that relative paths in it start from there.
    """
    import os

    from jaxlint.config import SETTINGS, Source, resolve
    from jaxlint.configfiles import found

    given = {
        setting.key: value
        for setting in SETTINGS
        if (value := getattr(options, f"jaxlint_{setting.attribute}", None)) is not None
    }
    layers = []
    for source, values in found():
        if source.prefix:  # flake8's own section, which flake8 may have been told to leave alone
            known = {setting.key for setting in SETTINGS if setting.flake8}
            values = {k: v for k, v in values.items() if given.get(k) == v or k not in known}
            given = {key: value for key, value in given.items() if key not in values}
        layers.append((source, values))
    return resolve([(Source("flake8", os.getcwd(), _PREFIX), given), *layers])
