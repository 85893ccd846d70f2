"""Watch the flagged file in every Python process that the user's command starts.

`prepare` (in the worker) makes a folder with a `sitecustomize.py` and the words of the environment
that bring Python to it; `start` (in each Python process below the command) waits for the import of
the flagged file, watches from there on, and writes its evidence when the process ends; `collect`
gathers it. A process started without PYTHONPATH (`python -E`, tox without pass_env) is not seen.
"""

from __future__ import annotations

import atexit
import builtins
import glob
import json
import os
import sys
from types import CodeType

from jaxlint.verify import fence
from jaxlint.verify.instrument import HOOK
from jaxlint.verify.loader import UserCode
from jaxlint.verify.model import Evidence, Job, Level

FOLDER = "JAXLINT_WATCH_FOLDER"
CUSTOMIZE = '''"""Watch for jaxlint.verify, then do what another sitecustomize wants."""
import importlib.machinery
import os
import sys
import traceback

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or ".") != here]
other = importlib.machinery.PathFinder.find_spec("sitecustomize")
if other is not None and other.origin:
    with open(other.origin) as handle:
        exec(compile(handle.read(), other.origin, "exec"), {"__name__": "sitecustomize"})
try:
    from jaxlint.verify.child import start
except Exception:
    traceback.print_exc()
else:
    start()
'''


def prepare(job: Job, folder: str) -> dict[str, str]:
    """Write what the processes need into `folder`; the environment for the command."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "sitecustomize.py"), "w", encoding="utf-8") as handle:
        handle.write(CUSTOMIZE)
    with open(os.path.join(folder, "job.json"), "w", encoding="utf-8") as handle:
        json.dump(job.to_json(), handle)
    paths = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
    addopts = f"{os.environ.get('PYTEST_ADDOPTS', '')} -p no:cacheprovider".strip()
    return {FOLDER: folder, "PYTHONPATH": os.pathsep.join(paths), "PYTEST_ADDOPTS": addopts}


def collect(folder: str, into: Evidence) -> tuple[int, list[str]]:
    """Add what the processes saw; how many were watched, and what the fence refused them."""
    refused: list[str] = []
    for path in sorted(glob.glob(os.path.join(folder, "*.seen"))):
        with open(path, encoding="utf-8") as handle:
            text = handle.read()
        if not text.endswith("}"):
            continue  # the process was killed while it wrote
        seen = Evidence.from_json(json.loads(text))
        into.executed += seen.executed
        into.clean += seen.clean
        into.errors += seen.errors
        into.notes += seen.notes
        into.numbers = into.numbers or seen.numbers
        refused += seen.blocked
    started = glob.glob(os.path.join(folder, "*.started"))
    return len(started), list(dict.fromkeys(refused))


def start() -> None:
    """In a Python process below the command, before anything of the user's runs."""
    folder = os.environ.get(FOLDER)
    if not folder or not os.path.isfile(os.path.join(folder, "job.json")):
        return
    with open(os.path.join(folder, "job.json"), encoding="utf-8") as handle:
        job = Job.from_json(json.load(handle))
    with open(os.path.join(folder, f"{os.getpid()}.started"), "w", encoding="utf-8"):
        pass
    with open(job.finding.span.path, encoding="utf-8") as handle:
        source = handle.read()
    user = _Watched(job, source, folder)
    fence.put_up(job.limits, os.path.dirname(folder), folder, user.blocked.append)
    atexit.register(user.save)
    setattr(builtins, HOOK, user.site)  # `python -m` runs the code in a module of its own
    sys.meta_path.insert(0, user)
    if sys.argv and os.path.abspath(sys.argv[0]) == user.path:
        _run_as_script(user)


class _Watched(UserCode):
    """The flagged file: watched from its import on, judged when the process ends."""

    def __init__(self, job: Job, source: str, folder: str) -> None:
        super().__init__(job.finding.span.path, source, job.finding.span, job.src, job.others)
        self.job, self.to = job, os.path.join(folder, f"{os.getpid()}.seen")
        self.evidence = Evidence(Level.HARNESS.value)
        self.blocked: list[str] = []
        self.begun = False

    def code(self) -> CodeType:
        if not self.begun:
            self.begun = True
            self.begin()
        return super().code()

    def begin(self) -> None:
        """Watch `hk.transform*`, and judge at the process's end, before JAX clears itself away."""
        from jaxlint.verify import watch
        from jaxlint.verify.exercise import Bench
        from jaxlint.verify.own_calls import FOLLOWED

        follows = self.job.finding.code in FOLLOWED
        watching = watch.watching(self.site, self.source, follows)
        seen = watching.__enter__()
        bench = Bench(self.job.finding, self.site, self.evidence, lambda _: self.save())

        def finish() -> None:
            from jaxlint.verify.exercise import Enough
            from jaxlint.verify.harness import settle

            try:
                settle(self, bench, seen)
            except Enough:
                pass
            except Exception as error:
                self.evidence.notes.append(f"at the end of the process: {error!r}"[:300])
            finally:
                watching.__exit__(None, None, None)
                self.save()

        atexit.register(finish)

    def save(self) -> None:
        """Write what is known."""
        self.evidence.executed = max(self.evidence.executed, self.site.executed)
        self.evidence.blocked = list(self.blocked)
        if self.begun or self.blocked:
            with open(self.to, "w", encoding="utf-8") as handle:
                json.dump(self.evidence.to_json(), handle)


def _run_as_script(user: _Watched) -> None:
    """`python FLAGGED.py`: no import leads to the file, so its code is run here instead."""
    from jaxlint.verify.harness import _as_main

    status = 0
    try:
        _as_main(user)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
