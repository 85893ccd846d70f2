"""Where a finding sits and what leads there; the counted copy of a file; fixes in memory."""

from __future__ import annotations

import ast
import os
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jaxlint.finding import Edit, Span
from jaxlint.verify import counterproof, given, instrument, neighbours, places, slice_file
from jaxlint.verify.conditions import guards
from jaxlint.verify.errors import frames
from jaxlint.verify.loader import UserCode, module_place
from verify.conftest import place

SOURCE = textwrap.dedent(
    """
    import missing
    from os import path as p, nothing_of_this_name

    SIZE = missing.size(3)

    def helper(x):
        return jax.vmap(x)(SIZE)

    class Net:
        def __init__(self):
            self.flag = False

        def __call__(self, x):
            if self.flag:
                return helper(x)
            return x

    def forward(x):
        return Net()(x)

    def unrelated(x):
        return x

    def main():
        return forward(1)

    def test_it():
        return unrelated(1)

    if __name__ == "__main__":
        main()
    """
)


def line_of(text: str) -> int:
    return SOURCE[: SOURCE.index(text)].count("\n") + 1


def test_what_leads_to_a_line() -> None:
    names = places.outline(ast.parse(SOURCE)).reaching(line_of("jax.vmap"))
    assert names[0] == "helper"
    assert {"Net.__call__", "forward", "main"} <= set(names)
    assert "unrelated" not in names and "test_it" not in names


def test_what_a_person_would_run() -> None:
    names = [name for name, _ in places.entries(ast.parse(SOURCE))]
    assert names == ["__main__", "main", "test_it"]


def test_flags_that_guard_a_line() -> None:
    tree = ast.parse(SOURCE)
    assert guards(tree, line_of("return helper")) == {"flag": True}
    assert guards(tree, line_of("return Net()")) == {}


@pytest.mark.parametrize(
    ("condition", "asks"),
    [
        ("if flag:\n HERE", {"flag": True}),
        ("if not self.flag:\n HERE", {"flag": False}),
        ("if kind == 'gru':\n HERE", {"kind": "gru"}),
        ("if 'gru' == kind:\n HERE", {"kind": "gru"}),
        ("if kind != 'gru':\n pass\nelse:\n HERE", {"kind": "gru"}),
        ("if kind == 'lstm':\n pass\nelif kind in ('gru', 'rnn'):\n HERE", {"kind": "gru"}),
        ("if kind == 'gru' and not flag:\n HERE", {"kind": "gru", "flag": False}),
        ("if kind == 'gru' or flag:\n HERE", {}),
        ("if kind != 'gru' or flag:\n pass\nelse:\n HERE", {"kind": "gru", "flag": False}),
        ("if size > 3:\n HERE", {}),
        ("match kind:\n case 'a' | 'b':\n  HERE", {"kind": "a"}),
        ("HERE if mask is None else 0", {"mask": None}),
    ],
)
def test_what_conditions_ask_for(condition: str, asks: dict[str, object]) -> None:
    line = next(n for n, text in enumerate(condition.splitlines(), 1) if "HERE" in text)
    assert guards(ast.parse(condition), line) == asks


def run(source: str, span: Span | None, **names: Any) -> UserCode:
    user = UserCode("net.py", source, span)
    exec(user.code(), {instrument.HOOK: user.site, **names})
    return user


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("out = outer(inner(1))", "inner(1)"),
        ("out = outer(inner(1))", "outer(inner(1))"),
        ("out = [inner(i) for i in range(3)]", "inner(i)"),
        ("@inner\ndef f(): ...", "inner"),
        ("é = 'é'; out = inner(é)", "inner(é)"),
        ("out = (inner(\n    1)\n)", "inner(\n    1)"),
        ("out = inner(1) + (lambda: inner)()(2)", "(lambda: inner)()(2)"),
    ],
)
def test_the_flagged_expression_is_counted(tmp_path: Path, source: str, text: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(source)
    finding = place(path, text) if source.count(text) == 1 else None
    assert finding is not None
    user = run(source, finding.span, inner=lambda x: x, outer=lambda x: x)
    assert user.found
    assert user.site.executed == (3 if "range" in source else 1)


def test_a_span_without_columns_takes_the_first_call_of_its_line() -> None:
    user = run("out = inner(1)", Span("net.py", 1, 1, 1, 1), inner=lambda x: x)
    assert user.site.executed == 1


def test_line_numbers_stay(tmp_path: Path) -> None:
    source, user_path = "\n\nout = inner(\n  1)\n", os.path.abspath("net.py")
    with pytest.raises(ZeroDivisionError) as caught:
        run(source, Span("net.py", 3, 7, 4, 5), inner=lambda x: x / 0)
    seen = frames(caught.value.__traceback__)
    assert [line for path, line, _ in seen if path == user_path] == [3]


def test_a_slice_stands_in_for_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "sliced_net.py"
    path.write_text(SOURCE)
    user = UserCode(str(path), SOURCE, place(path, "jax.vmap(x)").span)
    slice_file.cut(user, place(path, "jax.vmap(x)"))
    names: dict[str, Any] = {
        instrument.HOOK: user.site,
        "__name__": "sliced_net",
        "jax": SimpleNamespace(vmap=lambda f: f),
    }
    exec(user.code(), names)
    assert "unrelated" not in names and "stand-in" in repr(names["SIZE"])
    assert names["helper"](lambda size: "ran") == "ran"
    assert user.site.executed == 1


def test_module_names(tmp_path: Path) -> None:
    package = tmp_path / "pkg" / "sub"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    assert module_place(str(package / "net.py")) == (str(tmp_path), "pkg.sub.net")
    assert module_place(str(package / "__init__.py")) == (str(tmp_path), "pkg.sub")
    assert module_place(str(tmp_path / "net.py")) == (str(tmp_path), "net")


def test_neighbours_mention_the_name_and_the_module(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text("class Torso: ...")
    (tmp_path / "uses.py").write_text("from nets import Torso\nclass Head(Torso): ...")
    (tmp_path / "agent.py").write_text("from uses import Head\ndef act(): Head()")
    (tmp_path / "exports.py").write_text("from nets import Torso")
    (tmp_path / "other.py").write_text("class Torso: ...")
    found = neighbours.neighbours(str(tmp_path / "nets.py"), {"Torso"})
    assert [Path(f.path).name for f in found] == ["uses.py", "agent.py"]


def test_edits_and_where_the_finding_goes(tmp_path: Path) -> None:
    source = "import jax\nout = jax.vmap(f)(x)\n"
    path = tmp_path / "net.py"
    path.write_text(source)
    finding = place(path, "jax.vmap(f)")
    where = finding.span
    edits = (
        Edit(Span(where.path, 1, 1, 1, 1), "import haiku as hk\n"),
        Edit(Span(where.path, 2, 7, 2, 15), "hk.vmap"),
    )
    fixed = counterproof.apply_edits(source, edits, where.path)
    assert fixed == "import haiku as hk\nimport jax\nout = hk.vmap(f)(x)\n"
    there = counterproof.moved(finding.span, source, edits)
    assert (there.line, there.column, there.end_line, there.end_column) == (3, 7, 3, 17)
    with pytest.raises(ValueError, match="overlapping"):
        counterproof.apply_edits(source, (edits[1], edits[1]), where.path)


def test_comments_hold_for_their_definition() -> None:
    source = textwrap.dedent(
        """
        # jaxlint: inputs x=f32[1]

        # jaxlint: inputs x=f32[2]
        def f(x):
            return x

        def g(x):
            return x
        """
    )
    tree = ast.parse(source)
    assert given.comment_inputs(source, tree, 6) == ["x=f32[1]", "x=f32[2]"]
    assert given.comment_inputs(source, tree, 9) == ["x=f32[1]"]
