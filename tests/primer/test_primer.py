"""Real packages: jaxlint reads all of their files, and finds what a person has found to be true.

JAXLINT_PRIMER=~/.cache/jaxlint-primer python -m pytest tests/primer
"""

from __future__ import annotations

import importlib.metadata
import os
from collections import Counter
from pathlib import Path

import pytest
from primer_packages import NotAvailable, Package, packages, unpacked
from primer_review import VERDICTS, Review, differences, explain, lint, reviews

from jaxlint.rules.registry import all_rules

FOLDER = "JAXLINT_PRIMER"
INSTALLED = {"dm-haiku": "haiku", "flax": "flax"}
"""The packages that the tests of jaxlint need in any case, with the folder of their wheel."""


def of(package: Package, below: str = "") -> list[Review]:
    return [r for r in reviews() if r.package == package.name and r.path.startswith(below)]


@pytest.mark.primer
@pytest.mark.parametrize("package", packages(), ids=lambda package: package.name)
def test_findings_are_the_reviewed_ones(package: Package) -> None:
    kept = os.environ.get(FOLDER)
    if not kept:
        pytest.skip(f"{FOLDER} is not set: it names the folder to download {package.name} to")
    try:
        folder = unpacked(package, Path(kept).expanduser())
    except NotAvailable as error:
        pytest.skip(f"cannot be downloaded: {error}")
    outcome = lint(folder, folder)
    assert not outcome.unread
    difference = differences(package.name, outcome, of(package))
    assert not difference, explain(package.name, difference)


@pytest.mark.parametrize("name", INSTALLED)
def test_findings_in_the_installed_package_are_the_reviewed_ones(name: str) -> None:
    package = next(package for package in packages() if package.name == name)
    release = importlib.metadata.distribution(name)
    if release.version != package.version:
        pytest.skip(f"{name} {release.version} is installed, {package.version} was reviewed")
    site = Path(str(release.locate_file("")))
    outcome = lint(site / INSTALLED[name], site)
    assert not outcome.unread
    difference = differences(name, outcome, of(package, INSTALLED[name] + "/"))
    assert not difference, explain(name, difference)


def test_every_review_says_why() -> None:
    names = {package.name for package in packages()}
    codes = set(all_rules())
    for review in reviews():
        assert review.package in names
        assert review.code in codes
        assert review.verdict in VERDICTS
        assert len(review.reason.split()) > 4, review


def test_a_change_in_the_findings_is_told(tmp_path: Path) -> None:
    package = packages()[0].name
    module = "import haiku as hk\nimport jax\n\n\n@hk.transform\ndef net(x):\n    {body}\n"
    path = tmp_path / "net.py"
    line = "return jax.jit(hk.Linear(3))(x)"
    path.write_text(module.format(body=line), encoding="utf-8")
    found = lint(tmp_path, tmp_path)
    new = differences(package, found, [])
    assert "JAX101" in new and f'"line": "{line}", "verdict": "?"' in new
    known = Review(package, "net.py", "JAX101", line, "true", "the parameters leak at init")
    assert not differences(package, found, [known])
    assert differences(package, found, [known, known]).startswith("- net.py: JAX101")
    path.write_text(module.format(body="return hk.Linear(3)(x)"), encoding="utf-8")
    gone = differences(package, lint(tmp_path, tmp_path), [known])
    assert gone.startswith("- net.py: JAX101") and known.reason in gone


def test_each_package_is_pinned_once() -> None:
    assert not [name for name, times in Counter(p.name for p in packages()).items() if times > 1]
    assert all(len(package.sha256) == 64 and package.why for package in packages())
