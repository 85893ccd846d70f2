"""A source file: how its bytes are decoded, and where its nodes are."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from snippets import Files, text_at

from jaxlint.analysis.module import (
    ModuleFile,
    SourceError,
    bound_names,
    decode_source,
    parse_source,
    read_source,
)
from jaxlint.analysis.project import Project


def module(source: str) -> ModuleFile:
    return ModuleFile("net.py", source, ast.parse(source), "net", Project(), False)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("é = 1\n".encode(), "é = 1\n"),
        ("é = 1\n".encode("utf-8-sig"), "é = 1\n"),
        (b"# coding: latin-1\n\xe9 = 1\n", "# coding: latin-1\né = 1\n"),
        (b"#!/usr/bin/python\n# -*- coding: cp1252 -*-\n# \x80\n", None),
        (b"x = 1\r\ny = 2\rz = 3\n", "x = 1\ny = 2\nz = 3\n"),
        (b"", ""),
    ],
)
def test_bytes_are_decoded_as_python_does(data: bytes, text: str | None) -> None:
    expected = text if text is not None else "#!/usr/bin/python\n# -*- coding: cp1252 -*-\n# €\n"
    assert decode_source("net.py", data) == expected


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, "UTF-8"),
        (b"# coding: nonsense\n", 1, "unknown or wrong encoding"),
        ("# coding: latin-1\n".encode("utf-8-sig"), 1, "unknown or wrong encoding"),
    ],
)
def test_bytes_that_cannot_be_decoded_are_told_with_their_line(
    data: bytes, line: int, says: str
) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        decode_source("net.py", data)
    assert (caught.value.path, caught.value.line) == ("net.py", line)


@pytest.mark.parametrize("name", ["missing.py", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_source(str(tmp_path / name))


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("x = 1\ny = (\n", 2, "syntax error"),
        ("x = 1\n  y = 2\n", 2, "syntax error"),
        ("x = '\0'\n", 1, "null byte|cannot be parsed"),
        ("x = " + "(" * 10_000 + ")" * 10_000 + "\n", 1, "nested|too many"),
    ],
)
def test_text_that_cannot_be_parsed_is_told_with_its_line(
    source: str, line: int, says: str
) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        parse_source("net.py", source)
    assert caught.value.line == line


SOURCE = "a = 1\nname = 'é☃𝒳'; f = g(name)\n\tz = 1\n"


@pytest.mark.parametrize(
    ("line", "offset", "column"),
    [
        (1, 4, 4),
        (2, 0, 0),
        (2, len(b"name = '"), 8),
        (2, len("name = 'é".encode()), 9),
        (2, len("name = 'é☃".encode()), 10),
        (2, len("name = 'é☃𝒳'; f = ".encode()), 18),
        (3, 1, 1),
        (9, 5, 5),
    ],
)
def test_columns_count_characters(line: int, offset: int, column: int) -> None:
    file = ModuleFile("net.py", SOURCE, ast.Module([], []), "net", Project(), False)
    assert file.column(line, offset) == column


def test_the_range_of_a_finding_is_right_behind_other_alphabets(empty: Files) -> None:
    source = (
        "import haiku as hk\nimport jax\n\n\ndef net(x):\n"
        "    名前, y = 'é☃𝒳', jax.lax.map(hk.Linear(3), x)\n    return y\n\n\n"
        "model = hk.transform(net)\n"
    )
    (finding,) = empty.check(source=source).findings
    assert text_at(finding, source) == "jax.lax.map(hk.Linear(3), x)"


def test_the_line_and_the_text_of_a_node() -> None:
    file = module("def f():\n    return g(1,\n        2)\n")
    (node,) = [n for n in ast.walk(file.tree) if isinstance(n, ast.Call)]
    assert file.line(node) == "return g(1,"
    assert file.text(node) == "g(1, 2)"
    assert file.text(node, limit=6) == "g(1..."


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("def f(): ...", ["f"]),
        ("class C: ...", ["C"]),
        ("import a.b, c.d as e", ["a", "e"]),
        ("from a import b, c as d", ["b", "d"]),
        ("from a import *", ["*"]),
        ("a, (b, *c) = d", ["a", "b", "c"]),
        ("a: int = 1", ["a"]),
        ("a += 1", ["a"]),
        ("for a, b in c: ...", ["a", "b"]),
        ("a['k'].b = 1", ["a"]),
        ("pass", []),
    ],
)
def test_the_names_that_a_statement_binds(statement: str, names: list[str]) -> None:
    assert bound_names(ast.parse(statement).body[0]) == names


def test_bindings_are_found_in_every_branch_of_the_module() -> None:
    file = module(
        "try:\n    import a\nexcept ImportError:\n    a = None\n"
        "if a:\n    b = 1\nelse:\n    b = 2\nwith a:\n    c = 3\n"
        "def f():\n    inner = 4\n"
    )
    assert sorted(file.bindings) == ["a", "b", "c", "f"]
    assert [type(s) for s in file.bindings["a"]] == [ast.Assign, ast.Import]
    assert len(file.bindings["b"]) == 2


def test_what_functions_write_to() -> None:
    file = module(
        "import m\nclass C:\n    def __init__(self):\n        self.a = 1\n"
        "    def set(self):\n        self.b = 1\n        m.c += 1\n        if self.d == 2: ...\n"
        "def f():\n    global g, h\n    g = 1\n"
    )
    assert file.attribute_writes == {"b", "c"}
    assert file.global_writes == {"g", "h"}


def test_the_package_that_relative_imports_start_from() -> None:
    tree = ast.parse("")
    assert ModuleFile("a/b.py", "", tree, "a.b", Project(), False).package == "a"
    assert ModuleFile("a/b/__init__.py", "", tree, "a.b", Project(), True).package == "a.b"
