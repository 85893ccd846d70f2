"""The search for left-overs: by the text first, then by what names stand for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from jaxlint.analysis.engine import analyse
from jaxlint.analysis.leftovers import lines_with, walk
from jaxlint.analysis.module import ModuleFile
from jaxlint.analysis.prelinen import word_before
from jaxlint.analysis.project import Project
from jaxlint.analysis.scopes import Scopes
from jaxlint.finding import Finding
from jaxlint.fixes import apply_fixes


def found(source: str, path: str = "/nowhere/module.py") -> list[Finding]:
    """The findings of the source that are left-overs."""
    report = analyse(path, source)
    assert not report.diagnostics
    return [finding for finding in report.findings if finding.code.startswith("JAX9")]


def names(source: str) -> list[str]:
    """What is gone in the source, name by name."""
    return [finding.facts["removed"] for finding in found(source)]


def fixed(source: str) -> str:
    """The source after its fixes, round by round."""
    for _ in range(5):
        fixes = [finding.fix for finding in found(source) if finding.fix is not None]
        source = apply_fixes(source, fixes)
    return source


@pytest.mark.parametrize(
    "source",
    [
        "import jax\njax.tree_map\n",
        "import jax as J\nJ.tree_map\n",
        "import jax.numpy\njax.tree_map\n",
        "from jax import tree_map\n",
        "from jax import (\n    vmap,\n    tree_map as tm,\n)\n",
        "import jax\nj = jax\nj.tree_map\n",
        "import importlib\njax = importlib.import_module('jax')\njax.tree_map\n",
        "import pytest\njax = pytest.importorskip('jax')\njax.tree_map\n",
        "import jax\ndef f():\n    global jax\n    return jax.tree_map\n",
        "import jax\nclass A:\n    jax = 1\n    def f(self):\n        return jax.tree_map\n",
        "import jax\nx = [jax . tree_map for _ in ()]\n",
        "import jax\njax.tree_map.__name__\n",
        "try:\n    import jax\nexcept ImportError:\n    jax = None\njax.tree_map\n",
        "import jax\n@jax.jit\n@jax.tree_map\ndef f(): ...\n",
    ],
)
def test_every_spelling_of_a_name_is_found_once(source: str) -> None:
    assert names(source) == ["jax.tree_map"]


@pytest.mark.parametrize(
    "source",
    [
        "import jax\njax.tree_util.tree_map\njax.tree.map\n",
        "from jax.tree_util import tree_map\ntree_map\n",
        "import functools, jax\nfunctools.partial\njax\n",
        "def f(jax):\n    return jax.tree_map\n",
        "import jax\nfor jax in ():\n    jax.tree_map\n",
        "import jax\nf = lambda jax: jax.tree_map\n",
        "import jax\nmatch 1:\n    case jax:\n        jax.tree_map\n",
        "import jax\njax.tree_map = jax.tree.map\njax.tree_map\n",
        "import jax\ndel jax.tree_map\n",
        "from .jax import tree_map\nfrom . import jax\njax.tree_map\n",
        "import other as jax\njax.tree_map\n",
        "'''jax.tree_map'''\nimport jax\n# from jax import tree_map\n",
        "import jax\nif hasattr(jax, 'tree_map'):\n    f = jax.tree_map\n",
        "import jax\ndef is_old():\n    return jax.__version__ < '0.4'\n"
        "if is_old():\n    jax.tree_map\n",
        "import jax\ndef using_legacy_pmap():\n    return False\n"
        "if using_legacy_pmap() or 0:\n    jax.tree_map\n",
        "import jax\nf = hasattr(jax, 'tree_map') and jax.tree_map\n",
        "import jax\nwhile False:\n    jax.tree_map\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from jax import tree_map\n",
        "import jax, pytest\nwith pytest.raises(AttributeError):\n    jax.tree_map\n",
        "import jax\ndef f():\n    x: jax.core.Jaxpr = 1\n",
        "from jax import config\nimport jax\njax.config.update\n",
        "x.tree_map\nimport jax\n",
    ],
)
def test_what_only_looks_like_it_is_not(source: str) -> None:
    assert names(source) == []


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import jax\njax.linear_util\n", "AttributeError"),
        ("from jax import linear_util\n", "ImportError"),
        ("import jax.linear_util\n", "ModuleNotFoundError"),
        ("from jax.linear_util import wrap_init\n", "ModuleNotFoundError"),
        ("from jax.config import config\n", "ModuleNotFoundError"),
    ],
)
def test_the_error_is_that_of_the_line(source: str, error: str) -> None:
    (finding,) = found(source)
    assert finding.exception == error
    assert finding.hazard.value == "error"


def test_a_module_that_is_imported_is_not_reported_at_each_use() -> None:
    source = "import jax.experimental.maps\njax.experimental.maps.xmap\n"
    assert [finding.span.line for finding in found(source)] == [1]
    source = "import jax\njax.experimental.maps.xmap\njax.experimental.maps.Mesh\n"
    assert [finding.span.line for finding in found(source)] == [2, 3]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import jax\njax.tree_map(f, x)\n", "import jax\njax.tree.map(f, x)\n"),
        ("import jax.numpy as np\nnp.alltrue\n", "import jax.numpy as np\nnp.all\n"),
        ("from jax import tree_map\n", "from jax.tree import map as tree_map\n"),
        (
            "from jax import jit, tree_map, vmap  # three\nx = 1\n",
            "from jax import jit, vmap  # three\nfrom jax.tree import map as tree_map\nx = 1\n",
        ),
        (
            "def f():\n    from jax import (\n        jit,\n        tree_map,\n    )",
            "def f():\n    from jax import (\n        jit,\n    )\n"
            "    from jax.tree import map as tree_map\n",
        ),
        ("from jax.config import config\n", "from jax import config\n"),
        (
            "from jax.linear_util import wrap_init\n",
            "from jax.extend.linear_util import wrap_init\n",
        ),
        (
            "import jax.experimental.stax as stax\n",
            "import jax.example_libraries.stax as stax\n",
        ),
        ("import jax\njax.core.Jaxpr\n", "import jax\njax.core.Jaxpr\n"),
        ("from jax.config import flags\n", "from jax.config import flags\n"),
        (
            "import flax.linen as nn\nv = nn.Dense(2).init(k, x)\nw = v.unfreeze()\n",
            "import flax\nimport flax.linen as nn\nv = nn.Dense(2).init(k, x)\n"
            "w = flax.core.unfreeze(v)\n",
        ),
        (
            "import flax\nv = flax.linen.Dense(2).init(k, x)\nv = v.copy( {'a': 1})\n",
            "import flax\nv = flax.linen.Dense(2).init(k, x)\nv = flax.core.copy(v, {'a': 1})\n",
        ),
    ],
)
def test_a_fix_writes_what_took_the_place(before: str, after: str) -> None:
    assert fixed(before) == after


def test_columns_count_characters_before_a_forward_method() -> None:
    source = "import flax.linen as nn\nclass Ä(nn.Module):\n    def apply(self, x): return x\n"
    (finding,) = found(source)
    assert (finding.span.line, finding.span.column, finding.span.end_column) == (3, 9, 14)
    assert "of Ä" in finding.message


def test_a_deeply_nested_file_is_no_crash() -> None:
    source = "import jax\njax.tree_map\n" + "x = " + "-" * 800 + "1\n"
    assert names(source) == ["jax.tree_map"]


def test_the_walk_leaves_out_what_touches_no_line() -> None:
    tree = ast.parse("a\n@b\ndef f():\n    c\n    d\n\ne\n")
    touched = [n.id for n, _ in walk(tree, [2, 4]) if isinstance(n, ast.Name)]
    assert touched == ["c", "b"]
    assert [n.id for n, _ in walk(tree, []) if isinstance(n, ast.Name)] == []


def test_lines_and_words_are_counted_in_the_text() -> None:
    import re

    assert lines_with(re.compile("x"), "x x\n\nyx\r\nx") == [1, 3, 4]
    assert word_before("a.jax  .", 7) == "jax"
    assert word_before(".", 0) == ""


def test_a_package_of_the_projects_own_hides_the_library(tmp_path: Path) -> None:
    (tmp_path / "flax").mkdir()
    (tmp_path / "flax" / "nn.py").write_text("")
    path = tmp_path / "train.py"
    source = "from flax import nn\nimport jax\njax.tree_map\n"
    path.write_text(source)
    assert [finding.code for finding in found(source, str(path))] == ["JAX904"]
    file = ModuleFile(str(path), source, ast.parse(source), "train", Project(), False)
    scopes = Scopes(file)
    assert scopes.is_shadowed("flax.nn") and not scopes.is_shadowed("jax.numpy")


def test_a_name_that_an_imported_file_sets_is_there(tmp_path: Path) -> None:
    (tmp_path / "compat.py").write_text("import jax\njax.tree_map = jax.tree.map\n")
    source = "import compat\nimport jax\njax.tree_map\njax.tree_leaves\n"
    path = tmp_path / "train.py"
    path.write_text(source)
    report = analyse(str(path), source)
    assert [finding.facts["removed"] for finding in report.findings] == ["jax.tree_leaves"]
    assert report.dependencies == [str(tmp_path / "compat.py")]


def test_a_class_of_another_file_is_a_dependency(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text("import flax.linen as nn\nclass A(nn.Module): ...\n")
    source = "from nets import A\nimport flax\nB = A.partial(x=1)\n"
    path = tmp_path / "train.py"
    path.write_text(source)
    report = analyse(str(path), source)
    assert [finding.code for finding in report.findings] == ["JAX902"]
    assert str(tmp_path / "nets.py") in report.dependencies
