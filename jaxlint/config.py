"""What a user can set, and what each value means, wherever it was written.

One table, `SETTINGS`, serves flake8's configuration, `pyproject.toml`, the `[jaxlint]` section and
both command lines. Reading the files is the work of `jaxlint.configfiles`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jaxlint.finding import Finding, Hazard

EFFECTS = ("param", "rng", "state-read", "state-write")
"""The effects that an in-house symbol can be declared to have."""


class ConfigError(ValueError):
    """A value or key that cannot be used. The text names the place, the key and what is allowed."""


@dataclass(frozen=True)
class Options:
    """What the analysis is told: rules, in-house symbols, import roots, budgets per file."""

    disable: frozenset[str] = frozenset()
    """Codes or prefixes of codes that are off."""
    tolerated: bool = True
    """Whether findings whose hazard is `tolerated` show."""
    effects: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """In-house symbols: dotted name to its effects, each one of `EFFECTS`."""
    roots: tuple[str, ...] = ()
    """Dotted names that act like `hk.transform`."""
    wrappers: tuple[str, ...] = ()
    """Dotted names of functions that return their callable argument unchanged in effect."""
    transforms: Mapping[str, str] = field(default_factory=dict, hash=False)
    """In-house raw transforms: dotted name to the jax transform that each acts like."""
    src: tuple[str, ...] = ()
    """Absolute paths of further import roots of the project."""
    max_steps: int = 200_000
    """Evaluation steps per file."""
    max_depth: int = 60
    """Depth of calls followed."""

    def shows(self, finding: Finding) -> bool:
        """Whether `finding` is wanted: its rule is on, and tolerated ones show or it is not one."""
        if finding.code.startswith(tuple(self.disable)):
            return False
        return self.tolerated or finding.hazard is not Hazard.TOLERATED


@dataclass(frozen=True)
class Config:
    """The analysis' options, and what a front door does with its findings."""

    options: Options = field(default_factory=Options)
    report_unused_noqa: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def shows(self, finding: Finding) -> bool:
        """As `Options.shows`, and chosen by `select` and `ignore` (the longer prefix wins)."""
        return self.options.shows(finding) and self.selects(finding.code)

    def selects(self, code: str) -> bool:
        """Whether `select` and `ignore` let `code` through."""

        def longest(prefixes: Iterable[str]) -> int:
            return max((len(p) for p in prefixes if code.startswith(p)), default=-1)

        chosen = longest(self.select) if self.select else 0
        return chosen >= 0 and chosen > longest(self.ignore)


@dataclass(frozen=True)
class Source:
    """Where a raw value was written: `text` for messages, `folder` for the relative paths in it."""

    text: str
    folder: str
    prefix: str = ""
    """What stands before a key there: `jaxlint-` in flake8's section, `--` on a command line."""


@dataclass(frozen=True)
class Setting:
    """One key: how it is spelt, how its raw value is read, and who uses it."""

    key: str
    read: Callable[[Any, Source], Any]
    metavar: str
    help: str
    flake8: bool = True
    """Whether flake8 takes it too (it has its own select, ignore and exclude)."""

    @property
    def attribute(self) -> str:
        """The field of `Options` or `Config` that holds the value."""
        return self.key.replace("-", "_")

    def arguments(self, prefix: str) -> list[tuple[str, dict[str, Any]]]:
        """The options of a command line for this key, as for `ArgumentParser.add_argument`.

        A flag has two, on and off. The values are raw text, None where the option is not given.
        """
        dest = (prefix + self.key).lstrip("-").replace("-", "_")
        if self.read is not _flag:
            return [(prefix + self.key, {"dest": dest, "metavar": self.metavar, "help": self.help})]
        return [
            (flag, {"dest": dest, "action": "store_const", "const": value, "help": text})
            for flag, value, text in (
                (prefix + self.key, "true", self.help),
                (f"{prefix}no-{self.key}", "false", f"do not {self.help}"),
            )
        ]


def resolve(layers: Iterable[tuple[Source, Mapping[str, Any]]]) -> Config:
    """The configuration that `layers` of raw values give: for each key, the first that has it.

    Raises `ConfigError` for an unknown key or a value that cannot be used.
    """
    chosen: dict[str, Any] = {}
    for source, values in layers:
        for key, raw in values.items():
            setting = _setting(key, source)
            if setting.attribute not in chosen:
                chosen[setting.attribute] = setting.read(raw, _at(source, key))
    config = {name: chosen.pop(name) for name in list(chosen) if name in _CONFIG_FIELDS}
    return Config(options=Options(**chosen), **config)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest of `known`, or nothing."""
    import difflib

    near = difflib.get_close_matches(word, list(known), n=20)
    if not near:
        return ""

    def alike(name: str) -> tuple[float, int]:
        # Of equally near ones, the one with most letters in place: codes are made of few digits.
        in_place = sum(a == b for a, b in zip(name, word))
        return difflib.SequenceMatcher(None, name, word).ratio(), in_place

    return f"; did you mean {max(near, key=alike)!r}?"


def check_codes(codes: Iterable[str], source: Source) -> tuple[str, ...]:
    """`codes`, each of which is the code of a rule or a prefix of one; else `ConfigError`."""
    from jaxlint.codes import known_codes

    codes = tuple(codes)
    known = known_codes() if codes else ()
    for code in codes:
        if not any(name.startswith(code) for name in known):
            raise ConfigError(
                f"{source.text}: {code!r} is no rule: write JAX101, or JAX1 for a family"
                f"{suggestion(code.upper(), known)}"
            )
    return codes


def _setting(key: str, source: Source) -> Setting:
    known = [setting for setting in SETTINGS if setting.flake8 or "jaxlint" not in source.prefix]
    for setting in known:
        if key == setting.key:
            return setting
    keys = [source.prefix + setting.key for setting in known]
    word = source.prefix + key
    near = suggestion(word, keys) or f"; the keys are {', '.join(keys)}"
    raise ConfigError(f"{source.text}: unknown key {word!r}{near}")


def _at(source: Source, key: str) -> Source:
    return Source(f"{source.text}: {source.prefix}{key}", source.folder)


def _words(raw: Any, source: Source) -> list[str]:
    """A list of strings, or one string with commas or white space between."""
    if isinstance(raw, str):
        return [word for word in re.split(r"[,\s]+", raw) if word]
    if isinstance(raw, Sequence) and all(isinstance(word, str) for word in raw):
        return list(raw)
    raise ConfigError(f"{source.text}: {raw!r} is not a list of strings")


def _codes(raw: Any, source: Source) -> tuple[str, ...]:
    return check_codes(_words(raw, source), source)


def _code_set(raw: Any, source: Source) -> frozenset[str]:
    return frozenset(_codes(raw, source))


_TRUTH = {"true": True, "yes": True, "on": True, "1": True}
_TRUTH |= {"false": False, "no": False, "off": False, "0": False}


def _flag(raw: Any, source: Source) -> bool:
    value = raw if isinstance(raw, bool) else _TRUTH.get(str(raw).strip().lower())
    if value is None:
        raise ConfigError(f"{source.text}: {raw!r} is neither true nor false")
    return value


def _count(raw: Any, source: Source) -> int:
    try:
        number = 0 if isinstance(raw, (bool, float)) else int(raw)
    except (TypeError, ValueError):
        number = 0
    if number <= 0:
        raise ConfigError(f"{source.text}: {raw!r} is not a whole number above 0")
    return number


def _dotted(name: str, source: Source) -> str:
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(
            f"{source.text}: {name!r} is not a dotted name such as mylib.layers.dense"
        )
    return name


def _names(raw: Any, source: Source) -> tuple[str, ...]:
    return tuple(_dotted(name, source) for name in _words(raw, source))


def _pairs(raw: Any, source: Source) -> dict[str, Any]:
    """A table of names, or the text `name=value, name=value`."""
    if isinstance(raw, Mapping):
        return {_dotted(name, source): value for name, value in raw.items()}
    if not isinstance(raw, str):
        raise ConfigError(f"{source.text}: {raw!r} is not a table, nor text such as 'a.b=value'")
    pairs = {}
    for entry in _words(re.sub(r"\s*([=:+])\s*", r"\1", raw), source):
        name, sign, value = entry.replace(":", "=", 1).partition("=")
        if not sign or not value:
            raise ConfigError(f"{source.text}: {entry!r} is not of the form 'dotted.name=value'")
        pairs[_dotted(name, source)] = value
    return pairs


def _effects(raw: Any, source: Source) -> dict[str, tuple[str, ...]]:
    symbols = {}
    for name, value in _pairs(raw, source).items():
        effects = value.split("+") if isinstance(value, str) else _words(value, source)
        for effect in effects:
            if effect not in EFFECTS:
                raise ConfigError(
                    f"{source.text}: {name} cannot have the effect {effect!r}: an effect is one of "
                    f"{', '.join(EFFECTS)}{suggestion(effect, EFFECTS)}"
                )
        symbols[name] = tuple(effects)
    return symbols


def _transforms(raw: Any, source: Source) -> dict[str, str]:
    from jaxlint import catalog

    transforms = {}
    for name, value in _pairs(raw, source).items():
        known = catalog.resolve(value) if isinstance(value, str) else ""
        if catalog.transform(known) is None:
            raise ConfigError(
                f"{source.text}: {name} cannot act like {value!r}: "
                "write the name of a JAX transform, such as jax.vmap or jax.lax.scan"
            )
        transforms[name] = known
    return transforms


def _paths(raw: Any, source: Source) -> tuple[str, ...]:
    folders = (os.path.join(source.folder, word) for word in _words(raw, source))
    return tuple(os.path.normpath(folder) for folder in folders)


def _patterns(raw: Any, source: Source) -> tuple[str, ...]:
    return tuple(_words(raw, source))


SETTINGS = (
    Setting("disable", _code_set, "CODES", "rules that are off, such as JAX103,JAX112"),
    Setting("tolerated", _flag, "BOOL", "show findings that work on the measured versions"),
    Setting(
        "effects",
        _effects,
        "NAME=EFFECT",
        "in-house symbols with effects, such as mylib.dense=param,mylib.drop=param+rng",
    ),
    Setting("roots", _names, "NAMES", "in-house functions that act like hk.transform"),
    Setting(
        "wrappers",
        _names,
        "NAMES",
        "in-house functions that return their callable argument as it is",
    ),
    Setting(
        "transforms",
        _transforms,
        "NAME=TRANSFORM",
        "in-house transforms, such as mylib.loop=jax.lax.scan",
    ),
    Setting("src", _paths, "FOLDERS", "further folders that the project imports from"),
    Setting("max-steps", _count, "N", "evaluation steps per file"),
    Setting("max-depth", _count, "N", "depth of calls followed"),
    Setting("report-unused-noqa", _flag, "BOOL", "report every 'noqa: JAX...' that nothing needs"),
    Setting("select", _codes, "CODES", "report only these codes or prefixes", flake8=False),
    Setting("ignore", _codes, "CODES", "leave out these codes or prefixes", flake8=False),
    Setting("exclude", _patterns, "GLOBS", "files and folders left out", flake8=False),
)
"""Every key, in the order in which `--help` and the documentation list them."""

_CONFIG_FIELDS = frozenset(Config.__dataclass_fields__) - {"options"}
