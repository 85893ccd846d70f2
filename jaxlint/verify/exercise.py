"""The bench: runs phases, records what happens, and asks the judge whether it has seen enough."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import TYPE_CHECKING, Any

from jaxlint.finding import Finding, Hazard
from jaxlint.verify import errors, judge
from jaxlint.verify.model import DECISIVE, Evidence
from jaxlint.verify.site import Site

if TYPE_CHECKING:
    from jaxlint.verify.phases import Phases

LEAK_CHECK_BELOW = 5.0
"""Seconds of CPU that the phases may have taken for the leak checker's run to be worth its time."""


class Enough(Exception):
    """The judge has seen enough: no further phase is needed."""


@dataclass
class Root:
    """A function to be run under a root, with its arguments.

    `function` is the user's; `kind` is `transform`, `transform_with_state`, `linen` or one of the
    multi forms: the root under which the user runs it, or the general one when that is unknown.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    kind: str = "transform_with_state"
    rng_at_apply: bool = True
    at_site: bool = False
    """The flagged expression is the call that made this root: its errors are the finding's."""
    method: Any = None
    """For the kind `linen`, where `function` builds a module: which method to call."""
    streams: tuple[str, ...] = ()
    """For the kind `linen`: the names of the random streams in the file."""


class Bench:
    """Runs phases and writes what happens into `evidence`."""

    def __init__(
        self, finding: Finding, site: Site, evidence: Evidence, tell: Callable[[Evidence], None]
    ) -> None:
        self.finding = finding
        self.site = site
        self.evidence = evidence
        self.tell = tell
        self.user_path = os.path.abspath(finding.span.path)
        self.root_at_site = False
        self.asks_leak_checker = True
        """Whether `jax.checking_leaks` is still to be asked: once."""
        self.fixed = False
        """Whether a fixed copy is run: one function that runs clean is enough."""
        self.until: str | None = None
        """The phase after which a fixed copy need not be run further: where it showed before."""

    def phase(self, name: str, run: Callable[[], Any], *, force: bool = True) -> Any:
        """`run()`, its result's leaves forced; None after an error. Raises Enough."""
        raised = len(self.site.raised)
        try:
            result = run()
        except Exception as error:
            self.saw(error, name, inside=self.root_at_site or len(self.site.raised) > raised)
            return None
        leak = errors.force(result) if force and errors.clean_trace() else None
        if leak is not None:
            self.saw(leak, f"{name}, its result used")
        else:
            self.evidence.clean += 1
        return result

    def saw(self, error: BaseException, phase: str, *, inside: bool = False) -> None:
        """Record `error`; raises Enough when it settles the finding."""
        self.evidence.executed = max(self.evidence.executed, self.site.executed)
        self.evidence.errors.append(errors.seen(error, phase, inside=inside))
        self.blame()
        self.tell(self.evidence)
        self.settle()

    def found(self, sentence: str | None) -> None:
        """Record numbers that are wrong. Raises Enough."""
        if sentence:
            self.evidence.numbers = sentence
            self.evidence.executed = max(self.evidence.executed, self.site.executed)
            self.tell(self.evidence)
            self.settle()

    def renews(self) -> bool:
        """Whether the flagged code is traced anew at each run, without JAX's caches cleared.

        So it is when the transform gets its callables under a new identity, or takes none and
        shows itself in the numbers of that run.
        """
        site = self.site
        return not site.kept and (site.renewed > 0 or self.finding.hazard is Hazard.SILENT)

    def runs_flagged(self) -> bool:
        """Whether a function that the finding names is being called, as the stack has it."""
        places = judge.site_lines(self.finding)
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if places.hold(frame.f_code.co_filename, frame.f_lineno):
                return True
            frame = frame.f_back
        return False

    def unplaced(self) -> bool:
        """Whether a leak was seen that does not say where it was made."""
        return any(
            "UnexpectedTracerError" in e.classes and judge.unplaced(self.finding, e)
            for e in self.evidence.errors
        )

    def blame(self) -> None:
        """Once the checker objects inside the flagged callable: unplaced leaks were its own."""
        seen = self.evidence.errors
        if any(judge.objection(e) and e.inside for e in seen):
            for index, one in enumerate(seen):
                if "UnexpectedTracerError" in one.classes and judge.unplaced(self.finding, one):
                    seen[index] = replace(one, inside=True)

    def settle(self) -> None:
        """Raise Enough when the evidence so far is decisive."""
        if judge.verdict(self.finding, self.evidence) in DECISIVE:
            raise Enough

    def exercise(self, root: Root) -> None:
        """All phases that suit the finding's hazard. Returns early when the finding is settled."""
        self.root_at_site = root.at_site and self.finding.hazard is Hazard.ERROR
        from jaxlint.verify.phases import Phases

        phases, start = Phases(self, root), time.process_time()
        try:
            phases.run()
        except Enough:
            pass
        finally:
            self.root_at_site = False
        self.evidence.executed = max(self.evidence.executed, self.site.executed)
        cheap = time.process_time() - start < LEAK_CHECK_BELOW
        asks = self.finding.hazard is Hazard.LEAK and not self.fixed
        if asks and cheap and self.evidence.executed:
            self.ask_leak_checker(phases)
        self.tell(self.evidence)
        if self.fixed and self.evidence.executed and self.evidence.clean:
            raise Enough

    def ask_leak_checker(self, phases: Phases) -> None:
        """Note what `jax.checking_leaks` says: supporting evidence, which confirms nothing."""
        if self.asks_leak_checker:
            self.asks_leak_checker = False
            said = phases.leak_checker()
            self.evidence.notes.append(f"jax.checking_leaks {said}")
