"""The page of each rule: its text and its two examples, from the documentation's own files.

A checkout has them in `docs/rules/JAXnnn/`; the build puts the same files into the package, as
`jaxlint/_pages/JAXnnn/` (`package_dir` in setup.cfg), so that there is one copy to edit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class RulePage:
    """A rule's page: `text` in Markdown, the example that breaks, the one that works."""

    text: str
    bad: str
    good: str


def rule_page(code: str) -> RulePage | None:
    """The page of rule `code`, None where it has none."""
    for pages in (_PACKAGE / "_pages", _PACKAGE.parent / "docs" / "rules"):
        folder = pages / code
        if (folder / "index.md").is_file():
            parts = [_read(folder / name) for name in ("index.md", "bad.py", "good.py")]
            return RulePage(*parts)
    return None


def markdown(page: RulePage) -> str:
    """The page as plain Markdown: the examples in their places, or at the end; no directives.

    A section with a table that only the documentation can make is left out.
    """
    examples = {"bad.py": _MARK.sub(r"# \1", page.bad), "good.py": page.good}

    def directive(match: re.Match[str]) -> str:
        name, argument, body = match["name"], match["argument"].strip(), match["body"]
        if name == "literalinclude":
            code = examples.pop(Path(argument).name, "")
            return f"```python\n{code.rstrip()}\n```"
        if name in ("code-block", "code"):
            return f"```{argument}\n{_without_options(body)}```"
        if name in ("note", "warning", "tip", "admonition", "important"):
            title = argument or name.capitalize()
            return f"**{title}**: {_without_options(body).strip()}"
        return _MADE

    text = _FRONT_MATTER.sub("", page.text)
    text = _DIRECTIVE.sub(directive, text)
    text = "".join(part for part in _SECTION.split(text) if _MADE not in part)
    text = _LINK.sub(r"\1", _ROLE.sub(r"\1", _TARGET.sub("", text)))
    for name, code in examples.items():
        if code and code.strip() not in text:
            title = "What breaks" if name == "bad.py" else "What works"
            text += f"\n## {title}\n\n```python\n{code.rstrip()}\n```\n"
    return re.sub(r"\n{4,}", "\n\n\n", text).strip() + "\n"


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _without_options(body: str) -> str:
    return re.sub(r"\A(:[\w-]+:.*\n)+\n?", "", body)


_MADE = "\0"
"""Stands for what only the documentation can make."""
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_DIRECTIVE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w-]+)\}(?P<argument>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_TARGET = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
_SECTION = re.compile(r"^(?=## )", re.MULTILINE)
_LINK = re.compile(r"\[([^]\n]+)\]\([^):]+\)")
"""A link to another page; one with an address stays."""
_MARK = re.compile(r"# (JAX\d{3}): \d.*")
"""What an example's test expects: code, columns, hazard."""
_ROLE = re.compile(r"\{[\w:-]+\}`([^`<]*?)(?:\s*<[^>`]*>)?`")
