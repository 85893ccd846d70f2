"""Run the user's own command in the worker, watching the flagged line."""

from __future__ import annotations

import os
import runpy
import shutil
import sys

from jaxlint.verify import judge, watch
from jaxlint.verify.exercise import Bench, Enough
from jaxlint.verify.loader import UserCode
from jaxlint.verify.model import DECISIVE
from jaxlint.verify.own_calls import _leaks, replay


def run_command(command: tuple[str, ...], user: UserCode, bench: Bench, seen: watch.Watch) -> None:
    """Run `command` (python, pytest, or a Python script) in this process. Raises Enough."""
    user.install()
    bench.evidence.ran = " ".join(command)
    words = list(command)
    if os.path.basename(words[0]).startswith("python"):
        words = words[1:]
    raised = len(user.site.raised)
    path, argv = list(sys.path), list(sys.argv)
    sys.path.insert(0, os.getcwd())
    try:
        _run(words, user)
    except SystemExit:
        pass
    except Exception as error:
        bench.saw(error, "command", inside=len(user.site.raised) > raised)
    finally:
        sys.path[:], sys.argv[:] = path, argv
    for inside in list(user.site.raised[raised:]):
        if isinstance(inside, Exception):
            bench.saw(inside, "command", inside=True)
    _leaks(bench, seen)
    bench.evidence.clean += 1
    if user.site.executed:
        replay(bench, seen, 0)
    if judge.verdict(bench.finding, bench.evidence) in DECISIVE:
        raise Enough


def _run(words: list[str], user: UserCode) -> None:
    if not words:
        raise ValueError("the command after -- is empty")
    head = os.path.basename(words[0])
    if words[0] == "-m" and len(words) > 1:
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[0] == "-c" and len(words) > 1:
        sys.argv = words[:1] + words[2:]
        exec(compile(words[1], "<command>", "exec"), {"__name__": "__main__"})
    elif head in ("pytest", "py.test"):
        sys.argv = ["pytest", "-p", "no:cacheprovider", *words[1:]]
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    else:
        script = words[0] if os.path.exists(words[0]) else shutil.which(words[0])
        if script is None:
            raise ValueError(f"no such command: {words[0]}")
        sys.argv = [script, *words[1:]]
        if os.path.abspath(script) == user.path:
            _as_main(user)
        else:
            runpy.run_path(script, run_name="__main__")


def _as_main(user: UserCode) -> None:
    """The flagged file is the script itself: run the instrumented code as `__main__`."""
    from types import ModuleType

    from jaxlint.verify.instrument import HOOK

    module = ModuleType("__main__")
    module.__file__ = user.path
    setattr(module, HOOK, user.site)
    sys.path.insert(0, os.path.dirname(user.path))
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        exec(user.code(), module.__dict__)
    finally:
        sys.modules["__main__"] = before
