"""Run the user's own command, in the worker or below it, watching the flagged line."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import tempfile

from jaxlint.verify import child, fence, judge, watch
from jaxlint.verify.exercise import Bench, Enough
from jaxlint.verify.loader import UserCode
from jaxlint.verify.model import DECISIVE, Evidence, Job
from jaxlint.verify.own_calls import _leaks, replay

UNSEEN = (
    "no Python process below it was watched: it starts none, or starts them without PYTHONPATH"
    " (python -E or -I; tox needs pass_env = PYTHONPATH,JAXLINT_WATCH_FOLDER)"
)


def run_command(
    job: Job, user: UserCode, bench: Bench, seen: watch.Watch, blocked: list[str]
) -> None:
    """Run the job's command: Python in this process, any other program below it. Raises Enough.

    Python processes that it starts are watched too; what the fence refuses them is added to
    `blocked`.
    """
    user.install()
    user.forget()  # an earlier run's modules hold the code as it was
    evidence = bench.evidence
    evidence.ran = " ".join(job.command)
    folder = os.path.join(tempfile.gettempdir(), "watch")
    environment = child.prepare(job, folder)
    words = list(job.command)
    if os.path.basename(words[0]).startswith("python"):
        words = words[1:]
        outside = False
    else:
        outside = not in_python(words[0])
    if outside:
        _below(words, environment, evidence)
    else:
        _here(words, environment, user, bench)
    watched, refused = child.collect(folder, evidence)
    blocked.extend(refused)
    if outside and not watched:
        evidence.problem, evidence.message = "inputs", UNSEEN
        return
    settle(user, bench, seen)


def settle(user: UserCode, bench: Bench, seen: watch.Watch) -> None:
    """After the command: what passed the flagged line, leaks, calls again. Raises Enough."""
    for inside in list(user.site.raised):
        if isinstance(inside, Exception):
            bench.saw(inside, "command", inside=True)
    _leaks(bench, seen)
    bench.evidence.clean += 1
    if user.site.executed:
        replay(bench, seen, 0)
    if judge.verdict(bench.finding, bench.evidence) in DECISIVE:
        raise Enough


def in_python(word: str) -> bool:
    """Whether the command `word` is a Python script, or pytest. Raises ValueError when unknown."""
    if os.path.basename(word) in ("pytest", "py.test"):
        return True
    script = found(word)
    if script.endswith((".py", ".pyw")):
        return True
    with open(script, "rb") as handle:
        first = handle.readline(200)
    return first.startswith(b"#!") and b"python" in first


def found(word: str) -> str:
    """The file of the command `word`. Raises ValueError when there is none."""
    script = word if os.path.isfile(word) else shutil.which(word)
    if script is None:
        raise ValueError(f"no such command: {word}")
    return script


def _below(words: list[str], environment: dict[str, str], evidence: Evidence) -> None:
    """Run a program that is not Python, for which the user's word is enough."""
    with fence.lifted("subprocess"):
        process = subprocess.Popen(words, env={**os.environ, **environment})
    status = process.wait()
    if status:
        evidence.notes.append(f"the command ended with status {status}")


def _here(words: list[str], environment: dict[str, str], user: UserCode, bench: Bench) -> None:
    """Run a Python command in this process."""
    raised = len(user.site.raised)
    path, argv = list(sys.path), list(sys.argv)
    before = dict(os.environ)
    os.environ.update(environment)
    sys.path.insert(0, os.getcwd())
    try:
        _run(words, user)
    except SystemExit:
        pass
    except Exception as error:
        bench.saw(error, "command", inside=len(user.site.raised) > raised)
    finally:
        sys.path[:], sys.argv[:] = path, argv
        os.environ.clear()
        os.environ.update(before)


def _run(words: list[str], user: UserCode) -> None:
    if not words:
        raise ValueError("the command after -- is empty")
    if words[0] == "-m" and len(words) > 1:
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    elif words[0] == "-c" and len(words) > 1:
        sys.argv = words[:1] + words[2:]
        exec(compile(words[1], "<command>", "exec"), {"__name__": "__main__"})
    elif os.path.basename(words[0]) in ("pytest", "py.test"):
        sys.argv = ["pytest", *words[1:]]
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    else:
        script = found(words[0])
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
