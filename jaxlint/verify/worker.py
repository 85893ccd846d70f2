"""What happens in a forked worker: one job, its levels in order, evidence sent as it comes."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from jaxlint.finding import Finding, Hazard, Span
from jaxlint.verify import judge, own_calls, slice_file, watch
from jaxlint.verify.counterproof import counterproof
from jaxlint.verify.errors import first_line
from jaxlint.verify.exercise import Bench, Enough
from jaxlint.verify.fence import Refused
from jaxlint.verify.given import given_inputs
from jaxlint.verify.harness import run_command
from jaxlint.verify.loader import UserCode
from jaxlint.verify.model import DECISIVE, Evidence, Job, Level, Verdict
from jaxlint.verify.neighbours import run_neighbours
from jaxlint.verify.pattern import run_pattern
from jaxlint.verify.synth_run import Synthesis

Tell = Callable[[str, dict[str, Any]], None]


class OutOfTime(BaseException):
    """Raised in the code under test when its share of the time is used up."""


SHARE = {
    Level.HARNESS.value: 0.8,
    Level.OWN_CALLS.value: 0.4,
    Level.SYNTHESISED.value: 0.5,
    Level.SLICE.value: 0.5,
    Level.PATTERN.value: 0.3,
}


@contextlib.contextmanager
def time_share(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the block after `seconds`. Blocks in C code wait for the hard limit."""

    def stop(_signum: int, _frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.1), 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run_job(job: Job, tell: Tell, blocked: list[str]) -> None:
    """Run `job`, telling `("level", ...)`, `("evidence", ...)` and `("cured", ...)` as it goes.

    `blocked` is the list that the fence appends its refusals to.
    """
    start = time.monotonic()
    with open(job.finding.span.path, encoding="utf-8") as handle:
        source = handle.read()
    run = _Run(job, source, tell, blocked)
    for level in job.levels:
        left = job.limits.seconds * 0.95 - (time.monotonic() - start)
        if left < 0.3 and job.limits.seconds > 1:
            return
        if not run.suits(level):
            continue
        tell("level", {"level": level})
        share = min(left, job.limits.seconds * SHARE[level])
        evidence = run.level(level, share)
        if run.in_the_way(evidence):
            tell("evidence", evidence.to_json())
            evidence = run.level(level, share, alone=True)
        tell("evidence", evidence.to_json())
        if judge.verdict(job.finding, evidence) in DECISIVE:
            left = job.limits.seconds * 0.95 - (time.monotonic() - start)
            cured = counterproof(job, run, level, evidence, left)
            tell("cured", {"cured": cured})
            return


class _Run:
    """The job's levels, over its own source or a fixed copy."""

    def __init__(self, job: Job, source: str, tell: Tell, blocked: list[str]) -> None:
        self.job, self.source, self.tell, self.blocked = job, source, tell, blocked
        self.importable = True
        self.alone = False
        """Whether the last run had the file's other findings made harmless."""

    def suits(self, level: str) -> bool:
        """Whether `level` can be tried for this job."""
        if level == Level.HARNESS.value:
            return bool(self.job.command)
        if level in (Level.OWN_CALLS.value, Level.SYNTHESISED.value):
            return self.importable
        if level == Level.SLICE.value:
            return not self.importable or self.job.levels[0] == level
        return True

    def in_the_way(self, evidence: Evidence) -> bool:
        """Whether something else went wrong, which another finding of the file may explain."""
        if not self.job.others or judge.verdict(self.job.finding, evidence) is Verdict.CONFIRMED:
            return False
        return bool(evidence.errors) and evidence.problem in (None, "inputs", "import")

    def level(
        self,
        level: str,
        seconds: float,
        source: str | None = None,
        finding: Finding | None = None,
        alone: bool = False,
        until: str | None = None,
        others: tuple[Span, ...] | None = None,
    ) -> Evidence:
        """The evidence of one level; with `source`, of a fixed copy whose finding sits elsewhere.

        `until` is the phase after which the copy need not be run further; `alone` replaces the
        transforms of the file's other findings by plain Python, which in a copy are at `others`.
        """
        evidence = Evidence(level)
        finding = finding or self.job.finding
        others = self.job.others if others is None else others
        text = source or self.source
        user = UserCode(finding.span.path, text, finding.span, self.job.src, others)
        user.alone = self.alone = alone
        user.site.forgives = finding.hazard is Hazard.ERROR
        if alone:
            evidence.notes.append("run with the file's other findings made harmless")

        def tell(now: Evidence) -> None:
            if source is None:
                now.blocked = list(self.blocked)
                self.tell("evidence", now.to_json())

        bench = Bench(finding, user.site, evidence, tell)
        bench.fixed, bench.until = source is not None, until
        self.blocked.clear()
        try:
            follows = finding.code in own_calls.FOLLOWED
            with time_share(seconds), watch.watching(user.site, text, follows) as seen:
                self._run(level, user, bench, seen)
        except Enough:
            pass
        except OutOfTime:
            evidence.problem = "timeout"
            evidence.message = f"still running after {seconds:.0f} s ({evidence.ran or 'import'})"
            if evidence.ran == "":
                self.importable = False
        except Refused as error:
            evidence.problem, evidence.message = "blocked", str(error)
        except MemoryError as error:
            evidence.problem = "crashed"
            evidence.message = f"MemoryError: {first_line(str(error))}"
        except (Exception, SystemExit) as error:
            evidence.problem = evidence.problem or "inputs"
            said = f"{type(error).__name__}: {first_line(str(error))}"
            evidence.message = evidence.message or said
        finally:
            user.uninstall()
        evidence.executed = max(evidence.executed, user.site.executed)
        evidence.blocked = list(self.blocked)
        if evidence.blocked and not evidence.message.startswith("refused"):
            evidence.message = evidence.blocked[0]
        return evidence

    def _run(self, level: str, user: UserCode, bench: Bench, seen: watch.Watch) -> None:
        if level == Level.PATTERN.value:
            run_pattern(bench, user)
            return
        if level == Level.HARNESS.value:
            run_command(self.job, user, bench, seen, self.blocked)
            return
        tree = slice_file.parse(user.source, user.path)
        if level == Level.SLICE.value:
            slice_file.cut(user, bench.finding)
            bench.evidence.notes.append("the file could not be imported: a slice of it was run")
        if not own_calls.import_file(user, bench, seen):
            self.importable = False
            return
        if level == Level.OWN_CALLS.value:
            own_calls.run_entries(user, bench, seen, tree)
            return
        given = given_inputs(self.job.inputs, tree, user.source, bench.finding.span.line)
        Synthesis(user, bench, seen, tree, given).run()
        if level == Level.SYNTHESISED.value and not user.site.executed:
            run_neighbours(user, bench, seen, tree, given)


def best(found: list[tuple[Verdict, Evidence]]) -> tuple[Verdict, Evidence] | None:
    """The strongest verdict; among equals the better plan level, which came first."""
    if not found:
        return None
    return min(enumerate(found), key=lambda item: (item[1][0].rank, item[0]))[1]
