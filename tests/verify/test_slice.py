"""What cannot be imported is cut out and run with stand-ins: packages, command lines, files."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from jaxlint.verify import standins
from jaxlint.verify.model import Result, Verdict
from jaxlint.verify.slice_file import needed
from jaxlint.verify.standins import StandIn
from verify.conftest import place

NET = """
    def forward(tokens):
        embedded = {use}hk.Embed({vocabulary}, 8)(tokens){end}
        linear = hk.Linear(8)
        return jax.lax.scan(lambda c, x: (linear(c + x), None), embedded[:, 0], embedded)[0]
"""
SITE = "jax.lax.scan(lambda c, x: (linear(c + x), None), embedded[:, 0], embedded)"
TOP = "import haiku as hk\nimport jax\nimport jax.numpy as jnp\n"
CASES = {
    "a missing package": ("from no_such_package import rearrange", "rearrange(", "10", ", 'a b')"),
    "a required argument": (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('data')\n"
        "parser.add_argument('--vocabulary', type=int, required=True)\n"
        "args = parser.parse_args()",
        "",
        "args.vocabulary",
        "",
    ),
    "a file that is not there": (
        "words = open('/no/such/words').read().split()",
        "",
        "len(words)",
        "",
    ),
    "flags of absl": (
        "from absl import flags\nimport no_such_package\nFLAGS = flags.FLAGS\n"
        "flags.DEFINE_integer('jaxlint_test_words', 10, 'Words.')",
        "",
        "FLAGS.jaxlint_test_words",
        "",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def results(
    tmp_path_factory: pytest.TempPathFactory, verify: Callable[..., list[Result]]
) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("slices")
    findings = []
    for number, (first, use, vocabulary, end) in enumerate(CASES.values()):
        path = folder / f"net_{number}.py"
        text = textwrap.dedent(NET).format(use=use, vocabulary=vocabulary, end=end)
        path.write_text(f"{TOP}{first}\n{text}")
        findings.append(place(path, SITE))
    return dict(zip(CASES, verify(findings), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_slice_is_run_and_said_to_be_one(case: str, results: dict[str, Result]) -> None:
    result = results[case]
    assert (result.verdict, result.level) == (Verdict.CONFIRMED, "slice"), result.detail
    assert "a slice of it was run" in result.detail


def test_the_slice_holds_what_leads_to_the_line_and_what_it_needs() -> None:
    source = textwrap.dedent(
        """
        import os
        import parser_of_words
        parser = parser_of_words.Parser()
        parser.add("words")
        LOG = open("log")
        def helper(x):
            return parser.parse(x)
        def flagged(x):
            return helper(x)
        def caller(x):
            return flagged(x)
        def unrelated():
            return LOG
        pair = transform(caller)
        for _ in range(10): caller(os)
        """
    )
    line = source[: source.index("return helper")].count("\n") + 1
    kept = "\n".join(ast.unparse(stmt) for stmt in needed(ast.parse(source), line))
    for text in ("import parser_of_words", "parser.add", "def caller", "pair = transform(caller)"):
        assert text in kept
    for text in ("LOG", "unrelated", "import os", "for _"):
        assert text not in kept


def test_a_stand_in_is_what_it_is_asked_to_be() -> None:
    np = pytest.importorskip("numpy")
    array, package = np.ones((2, 3)), StandIn("package")
    assert package.rearrange(array, "a b -> b a") is array
    assert package.option("--x")(len) is len
    assert 2 * package.scale == 2 and array is package.weight + array
    assert len(package.words) == range(package.size)[-1] + 1 == standins.SIZE
    assert not package.depth > 3 and "word" not in package.words
    with package.context() as inside, pytest.raises(TypeError, match="looped over"):
        list(inside)

    @package.dataclass
    class Bundle:
        init: int

    class Learner(package.Learner):  # type: ignore[misc, name-defined]
        def __init__(self, spec: object) -> None:
            super().__init__(spec, key=3)
            self.spec = spec

    assert dataclasses.is_dataclass(Bundle) and Bundle(3).init == 3  # type: ignore[call-arg]
    assert Learner(4).spec == 4


def test_a_command_line_has_defaults_or_values_of_its_types() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--hidden", type=int, required=True)
    parser.add_argument("--kind", choices=["a", "b"], required=True)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--name")
    with standins.command_lines():
        args = parser.parse_args()
    assert vars(args) == {
        "data": "data",
        "rate": 0.1,
        "hidden": standins.SIZE,
        "kind": "a",
        "verbose": False,
        "name": None,
    }
    with pytest.raises(SystemExit):
        parser.parse_args([])


def test_the_packages_of_a_slice_are_those_of_the_file(tmp_path: Path) -> None:
    tree = ast.parse("import numpy as np\nfrom x import y, z\ndef f():\n    return np, y\n")
    assert [ast.unparse(s) for s in needed(tree, 4)][:2] == [
        "import numpy as np",
        "from x import y, z",
    ]
