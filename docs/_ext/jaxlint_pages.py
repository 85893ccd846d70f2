"""The parts of the documentation that a machine writes, from jaxlint itself.

- Every page `rules/JAXnnn/index` gets its title, summary, hazards and replacement from the
  registry, and below its bad example what jaxlint says of it.
- `{rules}` is the table of all rules, with links.
- `{hazards} EFFECT [LIBRARY]` is the measured table of the catalog for one effect.
- `{settings}` is the table of all settings.
- `{jaxlint} ARGUMENTS` is what that command line prints in the top folder of the repository.

A page of a rule that the registry does not know, or a rule without a page, is an error.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import jaxlint_tables as tables
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective


class _Markdown(SphinxDirective):
    """A directive whose content is Markdown that jaxlint's own data gives."""

    def lines(self) -> Iterable[str]:
        """The Markdown, line by line."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Parse it where the directive stands."""
        container = nodes.container(classes=["jaxlint-generated"])
        text = StringList(list(self.lines()), source=self.env.docname)
        self.state.nested_parse(text, 0, container)
        return [container]


class RulesTable(_Markdown):
    """`{rules}`."""

    def lines(self) -> Iterable[str]:
        """The table of all rules."""
        return tables.rules_table()


class HazardsTable(_Markdown):
    """`{hazards} EFFECT [LIBRARY]`; the library is haiku (the default) or linen."""

    required_arguments = 1
    optional_arguments = 1

    def lines(self) -> Iterable[str]:
        """The measured table."""
        return tables.hazards_table(*self.arguments)


class SettingsTable(_Markdown):
    """`{settings}`."""

    def lines(self) -> Iterable[str]:
        """The table of settings."""
        return tables.settings_table()


class CommandOutput(SphinxDirective):
    """`{jaxlint} check FILE`: the command and its output, as a literal block.

    `:language:` names the output's language; the command itself is then left out.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"language": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Run jaxlint."""
        arguments = shlex.split(self.arguments[0])
        for word in arguments:
            if (tables.REPOSITORY / word).is_file():
                self.env.note_dependency(str(tables.REPOSITORY / word))
        text = tables.run_jaxlint(arguments).rstrip()
        language = self.options.get("language")
        if language is None:
            text, language = f"$ jaxlint {self.arguments[0]}\n{text}", "text"
        return [nodes.literal_block(text, text, language=language)]


def _complete_page(app: Sphinx, docname: str, source: list[str]) -> None:
    match = tables.PAGE.fullmatch(docname)
    if match is None:
        return
    bad = Path(app.env.doc2path(docname)).with_name("bad.py")
    app.env.note_dependency(str(bad))
    try:
        source[0] = tables.completed(match[1], source[0], bad)
    except tables.DocumentationError as error:
        raise ExtensionError(str(error)) from None


def _check_pages(app: Sphinx, env: Any, docnames: list[str]) -> None:
    pages = {match[1] for name in env.found_docs if (match := tables.PAGE.fullmatch(name))}
    try:
        tables.check_pages(pages)
    except tables.DocumentationError as error:
        raise ExtensionError(str(error)) from None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all of it."""
    app.add_directive("rules", RulesTable)
    app.add_directive("hazards", HazardsTable)
    app.add_directive("settings", SettingsTable)
    app.add_directive("jaxlint", CommandOutput)
    app.connect("source-read", _complete_page)
    app.connect("env-before-read-docs", _check_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
