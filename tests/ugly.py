"""Inputs that are no fun to read: text that is hardly Python, and Python that is hardly readable.

`projects()` gives them by name, each as its files by relative path. What a person can read stands
in data/ugly.txt; what is deep, long or no text is made here.
"""

from __future__ import annotations

import re
from pathlib import Path

Files = dict[str, bytes]

DEEP = 10_000
HAIKU = "import haiku as hk\nimport jax\n"
LEAK = "jax.jit(hk.Linear(3))(x)"
"""Wherever it runs under hk.transform, it is JAX101."""

_TEXT = Path(__file__).parent / "data" / "ugly.txt"


def projects() -> dict[str, Files]:
    """All of them by name; the linted file is the first."""
    return {**_written(), **{name: {"ugly.py": data} for name, data in _made().items()}}


def _written() -> dict[str, Files]:
    found: dict[str, Files] = {}
    sections = re.split(r"^=== (.*)\n", _TEXT.read_text("utf-8"), flags=re.MULTILINE)
    for name, text in zip(sections[1::2], sections[2::2]):
        parts = re.split(r"^--- (.*)\n", text, flags=re.MULTILINE)
        files = dict(zip(parts[1::2], parts[2::2])) if len(parts) > 1 else {"ugly.py": text}
        found[name] = {path: source.encode() for path, source in files.items()}
    return found


def _made() -> Files:
    made = {name: text.encode("utf-8", "surrogatepass") for name, text in _texts().items()}
    return {**made, **_bytes()}


def _bytes() -> Files:
    return {
        "empty": b"",
        "null byte": b"import haiku, jax\nx = 1\0\n",
        "null bytes only": b"haiku\0\0jax\0",
        "latin-1 without a coding line": b"import haiku, jax\n# caf\xe9\n",
        "unknown coding": b"# -*- coding: klingon -*-\nimport haiku, jax\n",
        "coding that is no text": b"# -*- coding: rot13 -*-\nimport haiku, jax\n",
        "byte order mark": b"\xef\xbb\xbf" + _net(LEAK).encode(),
        "byte order mark and another coding": b"\xef\xbb\xbf# coding: latin-1\nimport haiku, jax\n",
        "latin-1": b"# coding: latin-1\n" + _net("'\xe9' and " + LEAK).encode("latin-1"),
        "utf-16": _net(LEAK).encode("utf-16"),
        "surrogates in bytes": b"import haiku, jax\nx = '\xed\xa0\x80'\n",
        "carriage returns": _net(LEAK).replace("\n", "\r").encode(),
        "mixed line ends": _net(LEAK).replace("\n", "\r\n", 3).encode(),
    }


def _texts() -> dict[str, str]:
    spaces = "".join
    return {
        "line separators": _net(LEAK).replace("\n\n", "\n\f\n# \u2028 \x1c \x85\n"),
        "lone surrogate": _net("'\\ud800' and " + LEAK),
        "deep sum": _net(" + ".join(["x"] * DEEP)),
        "sum of modules": _net(" + ".join([LEAK] * 100)),
        "deep parentheses": _net("(" * DEEP + "x" + ")" * DEEP),
        "nested parentheses": _net("(" * 90 + LEAK + ")" * 90),
        "deep not": _net("not " * DEEP + "x"),
        "deep negation": _net("-" * DEEP + "x"),
        "deep attributes": _net("x" + ".a" * DEEP),
        "deep calls": _net("x" + "()" * DEEP),
        "deep subscripts": _net("x" + "[0]" * DEEP),
        "nested calls": _net("jax.vmap(" * 60 + "hk.Linear(3)" + ")" * 60 + "(x)"),
        "nested lambdas": _net("(lambda: " * 30 + LEAK + ")()" * 30),
        "deep conditional": _net("x if x else " * 2_000 + LEAK),
        "deep comparison": _net(" < ".join(["x"] * DEEP) + " < " + LEAK),
        "many strings": _net(" ".join(["'x'"] * DEEP) + " and " + LEAK),
        "many elifs": HAIKU + "def f(x):\n    if x: x\n" + "    elif x: hk.Linear(1)(x)\n" * 2_000,
        "nested functions": _nested_functions(60),
        "too many nested functions": _nested_functions(110),
        "nested ifs": HAIKU + spaces(f"{' ' * i}if x:\n" for i in range(95)) + " " * 95 + "hk\n",
        "nested loops": HAIKU
        + spaces(f"{' ' * i}for x in y:\n" for i in range(19))
        + " " * 19
        + "hk\n",
        "nested comprehensions": _net("[" * 40 + LEAK + " for x in x]" * 40),
        "long chain of calls": _chain(400),
        "fan of calls": _fan(4, 6),
        "fan of many calls": _fan(6, 12),
        "huge number": _net("x * " + "9" * 5_000),
        "huge hexadecimal": _net("x * 0x" + "f" * 100_000),
        "huge literal": HAIKU + "TABLE = [" + "[1, 2.5, 'x', (3, None)], " * 4_000 + "]\n",
        "huge string": _net("'" + "x" * 2_000_000 + "' and " + LEAK),
        "many functions": HAIKU + f"F = [{f'lambda x: {LEAK}, ' * 500}]\nhk.transform(F[7])\n",
    }


def _net(expression: str) -> str:
    return f"{HAIKU}\n\n@hk.transform\ndef net(x):\n    return {expression}\n"


def _nested_functions(depth: int) -> str:
    lines = [f"{'  ' * i}def f{i}(x):" for i in range(depth)]
    return HAIKU + "\n".join(lines) + f"\n{'  ' * depth}return jax.vmap(hk.Linear(3))(x)\n"


def _chain(length: int) -> str:
    """Functions that call one another, the last one with an effect; transformed at the top."""
    functions = "".join(f"\n\ndef f{i}(x):\n    return f{i + 1}(x)\n" for i in range(length))
    last = f"\n\ndef f{length}(x):\n    return {LEAK}\n"
    return HAIKU + functions + last + "\n\nnet = hk.transform(f0)\n"


def _fan(width: int, depth: int) -> str:
    """Each function calls the next one many times: exponential for who follows every call."""
    calls = " + ".join(["f{1}(x, g)"] * width)
    body = "\n\ndef f{0}(x, g):\n    return " + calls + "\n"
    functions = "".join(body.format(i, i + 1) for i in range(depth))
    last = f"\n\ndef f{depth}(x, g):\n    return jax.jit(g)(x)\n"
    top = "\n\nnet = hk.transform(lambda x: f0(x, hk.Linear(3)))\n"
    return HAIKU + functions + last + top
