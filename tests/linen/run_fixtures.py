"""Run fixture files with jax and flax, and say what happened.

`python run_fixtures.py FOLDER FILE...`

A line of JSON for each file, a module below FOLDER: what its import raised, and what each of its
functions that needs no arguments, and each method of its test cases, raised.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import inspect
import io
import json
import os
import sys
import traceback
import unittest
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_TRACEBACK_FILTERING", "off")
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
)
CLEARED_EVERY = 60
"""How many files run before jax's caches, which keep every function alive, are cleared."""


def attempt(run: Callable[[], object]) -> dict[str, Any] | None:
    """What `run` raised: the names of its classes, and the lines that it came through."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            run()
    except Exception as error:
        seen: list[BaseException] = []
        one: BaseException | None = error
        while one is not None:
            seen.append(one)
            one = one.__cause__ or one.__context__
        return {
            "classes": [cls.__name__ for cls in type(error).__mro__],
            "chain": sorted({cls.__name__ for each in seen for cls in type(each).__mro__}),
            "lines": [
                [frame.filename, frame.lineno]
                for each in seen
                for frame in traceback.extract_tb(each.__traceback__)
            ],
            "message": str(error)[:200],
        }
    return None


def runnable(module: ModuleType) -> Iterator[tuple[str, Callable[[], object]]]:
    """The functions of the module that need no arguments, and the methods of its test cases."""
    for name, value in list(vars(module).items()):
        if getattr(value, "__module__", None) != module.__name__ or name.startswith("_"):
            continue
        if inspect.isfunction(value):
            parameters = inspect.signature(value).parameters.values()
            if all(p.default is not p.empty for p in parameters):
                yield name, value
        elif inspect.isclass(value) and issubclass(value, unittest.TestCase):
            for method in unittest.TestLoader().getTestCaseNames(value):
                yield f"{name}.{method}", value(method).debug


def outcome(folder: Path, path: Path) -> dict[str, Any]:
    """What importing and running one file gave."""
    parts = path.relative_to(folder).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    runs: dict[str, Any] = {"import": attempt(lambda: importlib.import_module(name))}
    module = sys.modules.get(name)
    if module is not None:
        runs.update((label, attempt(run)) for label, run in runnable(module))
    return {"file": str(path), "runs": runs}


def main(folder: Path, paths: list[Path]) -> None:
    """Run the files in order."""
    import jax

    warnings.simplefilter("ignore")
    sys.path.insert(0, str(folder))
    for index, path in enumerate(paths):
        print(json.dumps(outcome(folder, path)), flush=True)
        if index % CLEARED_EVERY == CLEARED_EVERY - 1:
            jax.clear_caches()
            gc.collect()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
