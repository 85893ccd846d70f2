"""The client of the server: sends jobs, gathers what comes back into results."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from jaxlint.verify import judge
from jaxlint.verify.model import DECISIVE, Evidence, Job, Level, Result, Verdict
from jaxlint.verify.server import ENVIRONMENT

Progress = Callable[[int, str], None]


class ServerFailed(RuntimeError):
    """The server could not start, for example because jax is not installed."""


class NoFence(ServerFailed):
    """This system has no `fork` and no limits on processes, so that no fence can be put up."""

    def __init__(self) -> None:
        super().__init__(
            f"this system ({sys.platform}) has no fork and no limits on processes, which the"
            " fence around the code under test is made of; run it on Linux or macOS (on Windows:"
            " in WSL or a container)"
        )


@dataclass
class _Open:
    """A job that is not finished: what has been seen of it."""

    job: Job
    evidence: dict[str, Evidence] = field(default_factory=dict)
    level: str = ""
    cured: bool | None = None
    seconds: float = 0.0
    output: str = ""
    tries: int = 0


class Pool:
    """A server process and its workers; a context manager, after which no process is left.

    Raises NoFence where there is no `fork`.
    """

    def __init__(self, jobs: int) -> None:
        if not hasattr(os, "fork"):
            raise NoFence
        self.scratch = tempfile.mkdtemp(prefix="jaxlint-verify-")
        environment = {**os.environ, **ENVIRONMENT}
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        self.log = open(os.path.join(self.scratch, "server.log"), "w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jaxlint.verify.server", str(jobs), self.scratch],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=environment,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server, its workers with it, and remove the scratch folder."""
        with contextlib.suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def run(
        self, jobs: Iterable[Job], progress: Progress = lambda _n, _what: None
    ) -> Iterator[tuple[int, Result]]:
        """(index, result) of each job, as they finish. Raises ServerFailed."""
        open_jobs = {number: _Open(job) for number, job in enumerate(jobs)}
        for number, one in open_jobs.items():
            self._send(number, one.job)
        while open_jobs:
            message = self._read()
            number = message["id"]
            if number < 0 or number not in open_jobs:
                continue
            one = open_jobs[number]
            event = message["event"]
            if event in ("done", "died", "timeout", "memory"):
                one.seconds += message["seconds"]
                one.output = message["output"]
                again = ended(one, event, message.get("status", 0))
                if again is not None:
                    one.job, one.tries = again, one.tries + 1
                    self._send(number, again)
                    continue
                del open_jobs[number]
                yield number, result(one)
            else:
                heard(one, event, message.get("data", {}))
                progress(number, one.level or event)

    def _send(self, number: int, job: Job) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"id": number, "job": job.to_json()}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise ServerFailed(self._complaint()) from error

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise ServerFailed(self._complaint())
        data: dict[str, Any] = json.loads(line)
        return data

    def _complaint(self) -> str:
        self.process.wait()
        self.log.seek(0)
        lines = [line for line in self.log.read().splitlines() if line.strip()]
        return lines[-1] if lines else f"the server ended with status {self.process.returncode}"


def heard(one: _Open, event: str, data: dict[str, Any]) -> None:
    """Take in one message about a job."""
    if event == "level":
        one.level = str(data["level"])
        one.evidence.setdefault(one.level, Evidence(one.level))
    elif event == "evidence":
        evidence = Evidence.from_json(data)
        one.evidence[evidence.level] = evidence
    elif event == "cured":
        one.cured = data["cured"]


def ended(one: _Open, event: str, status: int) -> Job | None:
    """After a worker's end: the job to send again for the levels it did not come to, or None."""
    if event == "done" or any(_decisive(one, e) for e in one.evidence.values()):
        return None
    level = one.level or one.job.first_level
    current = one.evidence.setdefault(level, Evidence(level))
    if event == "timeout":
        current.problem = "timeout"
        current.message = f"stopped after {one.job.limits.seconds:g} s"
    elif event == "memory":
        current.problem = "crashed"
        current.message = f"stopped: more than {one.job.limits.memory_mb} MB"
    else:
        current.problem = "crashed"
        current.message = death(status)
    levels = one.job.levels
    after = levels[levels.index(current.level) + 1 :] if current.level in levels else ()
    if not current.ran:  # it did not survive its import: only a slice can
        after = tuple(name for name in after if name != Level.SYNTHESISED.value)
    if not after or event == "timeout" or one.tries >= len(Level):
        return None
    return replace(one.job, levels=after)


def death(status: int) -> str:
    """How a process ended, in words; `status` as the server gives it."""
    import signal

    if status == -1000:
        return "the code ended the process itself, with status 0"
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"the process was killed by {signal.Signals(-status).name}"
        return f"the process was killed by signal {-status}"
    return f"the code ended the process itself, with status {status}" if status else "process lost"


def _decisive(one: _Open, evidence: Evidence) -> bool:
    return judge.verdict(one.job.finding, evidence) in DECISIVE


def result(one: _Open) -> Result:
    """The result of a finished (or broken-off) job: its strongest evidence."""
    finding = one.job.finding
    judged = [(judge.verdict(finding, e), e) for e in one.evidence.values()]
    if not judged:
        return Result(finding, Verdict.UNREACHED, one.level or "synthesised", message="did not run")
    order = [level.value for level in Level]
    ranked = sorted(
        judged, key=lambda item: (_weight(item[0], item[1]), order.index(item[1].level))
    )
    verdict, evidence = ranked[0]
    exception, message = judge.headline(finding, evidence)
    return Result(
        finding=finding,
        verdict=verdict,
        level=evidence.level,
        executed=evidence.executed,
        exception=exception,
        message=message,
        cured=one.cured,
        seconds=one.seconds,
        detail=detail(one, evidence),
        ran=evidence.ran,
        program=evidence.program,
    )


def _weight(verdict: Verdict, evidence: Evidence) -> tuple[int, int]:
    """Strongest verdict first; what a bare pattern did not show says nothing."""
    if evidence.level == Level.PATTERN.value and verdict not in DECISIVE:
        return (99, verdict.rank)
    if verdict is Verdict.UNREACHED and evidence.level == Level.OWN_CALLS.value:
        return (Verdict.BLOCKED.rank, 0)  # that nothing in the file leads there says the least
    if verdict in (Verdict.TIMEOUT, Verdict.CRASHED, Verdict.BLOCKED):
        return (Verdict.UNREACHED.rank, 0)
    return (verdict.rank, 1)


def detail(one: _Open, evidence: Evidence) -> str:
    """Everything else worth reading: how it ran, each level's problem, tracebacks, output."""
    lines = []
    for seen in one.evidence.values():
        if seen.problem or seen is evidence:
            what = f": {seen.message}" if seen.message else ""
            lines.append(f"{seen.level}{what} {f'({seen.ran})' if seen.ran else ''}".strip())
        lines += [f"  {note}" for note in seen.notes]
        lines += [f"  {text}" for text in seen.blocked]
    chosen = judge.deciding(one.job.finding, evidence)
    for error in [chosen] if chosen is not None else evidence.errors[-1:]:
        lines += [f"during {error.phase}:", error.traceback.rstrip()]
    if one.output.strip():
        lines += ["output:", one.output.rstrip()]
    return "\n".join(lines)
