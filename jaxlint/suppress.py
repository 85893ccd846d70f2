"""`noqa` comments, read as flake8 reads them, and the ones that nothing needs.

flake8's own code decides (its regular expressions, which line of a multi-line statement counts, the
whole-file form), so that the command line and flake8 cannot differ.
"""

from __future__ import annotations

import argparse
import io
import re
import tokenize
from collections.abc import Collection, Sequence

from jaxlint.codes import OWN_CODES, UNUSED_NOQA
from jaxlint.finding import Finding, Hazard, Span

_MAY_NAME_US = re.compile(r"noqa.*jax[0-9]", re.IGNORECASE)


class NoqaComments:
    """The `noqa` comments of one file.

    path: the name that findings carry. lines: the text of the file, with line ends.
    """

    def __init__(self, path: str, lines: Sequence[str]) -> None:
        from flake8.processor import FileProcessor

        # What flake8's processor reads of its options; none of it bears on noqa but the last.
        options = argparse.Namespace(
            hang_closing=False,
            indent_size=4,
            max_line_length=79,
            max_doc_length=None,
            verbose=0,
            disable_noqa=False,
        )
        self._path = path
        self._file = FileProcessor(path, options, lines=list(lines))

    def covers_file(self) -> bool:
        """Whether a `# flake8: noqa` line takes the whole file out."""
        return bool(self._file.should_ignore_file())

    def covers(self, finding: Finding) -> bool:
        """Whether a comment on the finding's line suppresses it."""
        from flake8.violation import Violation

        line, column = finding.span.line, finding.span.column
        text = self._file.noqa_line_for(line) or ""
        violation = Violation(finding.code, self._path, line, column, finding.message, text)
        return bool(violation.is_inline_ignored(disable_noqa=False))

    def unused(self, findings: Sequence[Finding], off: Collection[str] = ()) -> list[Finding]:
        """A JAX001 finding for each `JAX` code in a comment that suppresses none of `findings`.

        off: codes or prefixes of rules that do not run, of which nothing can be said.
        """
        from flake8.defaults import NOQA_INLINE_REGEXP
        from flake8.utils import parse_comma_separated_list

        found = []
        for token in self._comments():
            match = NOQA_INLINE_REGEXP.search(token.string)
            if match is None or not match["codes"]:
                continue
            line = token.start[0]
            logical = self._file.noqa_line_for(line)
            # flake8 gives the lines that one comment covers the same string object.
            here = {f.code for f in findings if self._file.noqa_line_for(f.span.line) is logical}
            for code in parse_comma_separated_list(match["codes"]):
                if self._is_needless(code, here, off):
                    column = token.start[1] + 1 + token.string.index(code, match.start("codes"))
                    found.append(self._unused(code, line, column))
        return found

    def _comments(self) -> list[tokenize.TokenInfo]:
        try:
            tokens = self._file.file_tokens
        except (tokenize.TokenError, SyntaxError):
            return []
        return [token for token in tokens if token.type == tokenize.COMMENT]

    def _is_needless(self, code: str, found: Collection[str], off: Collection[str]) -> bool:
        if not code.startswith("JAX") or code in OWN_CODES:
            return False
        if any(code.startswith(prefix) or prefix.startswith(code) for prefix in off):
            return False
        return not any(finding.startswith(code) for finding in found)

    def _unused(self, code: str, line: int, column: int) -> Finding:
        return Finding(
            code=UNUSED_NOQA,
            name=OWN_CODES[UNUSED_NOQA].name,
            message=f"'noqa: {code}' suppresses nothing here; remove {code} from the comment",
            span=Span(self._path, line, column, line, column + len(code)),
            hazard=Hazard.TOLERATED,
        )


def may_name_our_codes(source: str) -> bool:
    """Whether the text may hold a `noqa` comment with a JAX code (a quick test)."""
    return _MAY_NAME_US.search(source) is not None


def lines_of(source: str) -> list[str]:
    """The lines of `source` as flake8 counts them: only a line feed ends one."""
    return io.StringIO(source).readlines()
