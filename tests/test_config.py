"""One meaning for each setting, wherever it is written; and clear words for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from jaxlint import configfiles
from jaxlint.config import SETTINGS, Config, ConfigError, Options, Source, resolve
from jaxlint.finding import Finding, Hazard, Span

WRITTEN = {
    "disable": "JAX103, JAX11",
    "tolerated": "no",
    "effects": "mylib.dense=param, mylib.drop = param + rng",
    "roots": "mylib.transformed",
    "wrappers": "mylib.timed mylib.logged",
    "transforms": "mylib.loop=jax.lax.scan",
    "src": "lib",
    "max-steps": "1000",
    "max-depth": "9",
    "report-unused-noqa": "true",
}
"""A value for each setting that flake8 takes too, as text."""

TOML = """\
[tool.jaxlint]
disable = ["JAX103", "JAX11"]
tolerated = false
roots = ["mylib.transformed"]
wrappers = ["mylib.timed", "mylib.logged"]
src = ["lib"]
max-steps = 1000
max-depth = 9
report-unused-noqa = true
[tool.jaxlint.effects]
"mylib.dense" = ["param"]
"mylib.drop" = ["param", "rng"]
[tool.jaxlint.transforms]
"mylib.loop" = "jax.lax.scan"
"""


def expected(folder: Path) -> Config:
    return Config(
        Options(
            disable=frozenset({"JAX103", "JAX11"}),
            tolerated=False,
            effects={"mylib.dense": ("param",), "mylib.drop": ("param", "rng")},
            roots=("mylib.transformed",),
            wrappers=("mylib.timed", "mylib.logged"),
            transforms={"mylib.loop": "jax.lax.scan"},
            src=(str(folder / "lib"),),
            max_steps=1000,
            max_depth=9,
        ),
        report_unused_noqa=True,
    )


def section(name: str, prefix: str = "") -> str:
    return f"[{name}]\n" + "".join(f"{prefix}{key} = {value}\n" for key, value in WRITTEN.items())


def test_the_written_values_cover_every_setting_of_flake8() -> None:
    assert set(WRITTEN) == {setting.key for setting in SETTINGS if setting.flake8}


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini", ".flake8"])
def test_the_section_of_flake8(folder: Path, name: str) -> None:
    (folder / name).write_text(section("flake8", "jaxlint-"))
    assert resolve(configfiles.found()) == expected(folder)


def test_the_section_of_flake8_with_underscores(folder: Path) -> None:
    (folder / ".flake8").write_text("[flake8]\njaxlint_max_steps = 7\n")
    assert resolve(configfiles.found()).options.max_steps == 7


def test_our_own_section(folder: Path) -> None:
    (folder / "setup.cfg").write_text(section("jaxlint"))
    assert resolve(configfiles.found()) == expected(folder)


def test_pyproject(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(TOML)
    assert resolve(configfiles.found()) == expected(folder)


def test_the_command_line(folder: Path) -> None:
    layer = (Source("command line", str(folder), "--"), WRITTEN)
    assert resolve([layer]) == expected(folder)


def test_nothing_written_is_the_default(folder: Path) -> None:
    assert resolve(configfiles.found()) == Config()


def test_the_nearer_kind_wins_key_by_key(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.jaxlint]\nmax-steps = 1\nmax-depth = 1\nroots = ["a.b"]\n'
    )
    (folder / "setup.cfg").write_text(
        "[flake8]\njaxlint-max-steps = 3\n[jaxlint]\nmax-steps = 2\nmax-depth = 2\n"
    )
    options = resolve(configfiles.found()).options
    assert (options.max_steps, options.max_depth, options.roots) == (3, 2, ("a.b",))


def test_files_are_looked_for_upwards_and_their_paths_start_from_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "pyproject.toml").write_text('[tool.jaxlint]\nsrc = ["lib", "../other"]\n')
    (folder / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(folder / "deep" / "er")
    source = resolve(configfiles.found()).options.src
    assert source == (str(folder / "lib"), str(folder.parent / "other"))


def test_a_nearer_flake8_section_hides_a_farther_one_as_in_flake8(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "setup.cfg").write_text("[flake8]\njaxlint-max-steps = 3\n")
    (folder / "inner").mkdir()
    (folder / "inner" / ".flake8").write_text("[flake8]\nmax-line-length = 99\n")
    monkeypatch.chdir(folder / "inner")
    assert resolve(configfiles.found()) == Config()


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("setup.cfg", "[flake8]\njaxlint-root = a\n", ["setup.cfg", "'jaxlint-roots'"]),
        ("setup.cfg", "[flake8]\njaxlint-select = JAX1\n", ["unknown key 'jaxlint-select'"]),
        ("tox.ini", "[jaxlint]\nefects = a.b=param\n", ["tox.ini", "did you mean 'effects'"]),
        ("pyproject.toml", "[tool.jaxlint]\nnonsense = 1\n", ["[tool.jaxlint]", "max-steps"]),
        (
            "pyproject.toml",
            "[tool.jaxlint]\ntolerated = 'maybe'\n",
            ["tolerated", "true nor false"],
        ),
        ("pyproject.toml", "[tool.jaxlint]\nmax-depth = 0\n", ["max-depth", "above 0"]),
        ("pyproject.toml", "[tool.jaxlint]\nmax-depth = true\n", ["max-depth", "above 0"]),
        ("pyproject.toml", "[tool.jaxlint]\nroots = 3\n", ["roots", "list of strings"]),
        ("pyproject.toml", "[tool.jaxlint]\nroots = ['a-b']\n", ["'a-b'", "dotted name"]),
        ("pyproject.toml", "[tool.jaxlint]\ndisable = ['JAX999']\n", ["'JAX999' is no rule"]),
        ("pyproject.toml", "[tool.jaxlint]\ndisable = ['jax103']\n", ["did you mean 'JAX103'"]),
        (
            "pyproject.toml",
            "[tool.jaxlint.effects]\n'a.b' = 'params'\n",
            ["a.b", "'params'", "state-write", "did you mean 'param'"],
        ),
        ("setup.cfg", "[jaxlint]\neffects = a.b\n", ["'a.b'", "dotted.name=value"]),
        (
            "setup.cfg",
            "[jaxlint]\ntransforms = a.b=jax.numpy.dot\n",
            ["a.b", "'jax.numpy.dot'", "jax.vmap"],
        ),
        ("pyproject.toml", "[tool.jaxlint\n", ["pyproject.toml", "TOML"]),
        ("pyproject.toml", "[tool]\njaxlint = 3\n", ["table of settings"]),
        ("setup.cfg", "[jaxlint]\nroots\n", ["setup.cfg", "not a configuration file"]),
    ],
)
def test_what_is_wrong_is_named(folder: Path, file: str, text: str, words: list[str]) -> None:
    (folder / file).write_text(text)
    with pytest.raises(ConfigError) as error:
        resolve(configfiles.found())
    for word in (*words, file):
        assert word in str(error.value)


def test_a_broken_file_that_says_nothing_of_us_is_left_alone(folder: Path) -> None:
    (folder / "setup.cfg").write_text("[flake8]\nnonsense\n")
    (folder / "pyproject.toml").write_text("[tool.other\n")
    assert resolve(configfiles.found()) == Config()


def finding(code: str, hazard: Hazard = Hazard.LEAK) -> Finding:
    return Finding(code, "name", "message", Span("a.py", 1, 1, 1, 2), hazard)


@pytest.mark.parametrize(
    ("select", "ignore", "shown"),
    [
        ((), (), ["JAX101", "JAX102", "JAX201"]),
        (("JAX1",), (), ["JAX101", "JAX102"]),
        ((), ("JAX1",), ["JAX201"]),
        (("JAX1",), ("JAX101",), ["JAX102"]),
        (("JAX101",), ("JAX1",), ["JAX101"]),
        (("JAX101",), ("JAX101",), []),
    ],
)
def test_select_and_ignore(
    select: tuple[str, ...], ignore: tuple[str, ...], shown: list[str]
) -> None:
    config = Config(select=select, ignore=ignore)
    codes = ["JAX101", "JAX102", "JAX201"]
    assert [code for code in codes if config.shows(finding(code))] == shown


def test_disable_and_tolerated() -> None:
    options = Options(disable=frozenset({"JAX11", "JAX103"}), tolerated=False)
    assert not options.shows(finding("JAX112"))
    assert not options.shows(finding("JAX103"))
    assert not options.shows(finding("JAX101", Hazard.TOLERATED))
    assert options.shows(finding("JAX101"))
    assert Options().shows(finding("JAX103", Hazard.TOLERATED))
