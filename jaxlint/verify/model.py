"""The words of the verifier: verdict, plan level, job (what to run), evidence, result."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from jaxlint.finding import Edit, Finding, Fix, Hazard, Link, Span


class Verdict(str, Enum):
    """What the verifier saw, strongest first."""

    CONFIRMED = "CONFIRMED"
    CONTRACT = "CONTRACT"
    NOT_REPRODUCED = "NOT_REPRODUCED"
    UNREACHED = "UNREACHED"
    NO_INPUTS = "NO_INPUTS"
    IMPORT_ERROR = "IMPORT_ERROR"
    BLOCKED = "BLOCKED"
    TIMEOUT = "TIMEOUT"
    CRASHED = "CRASHED"

    @property
    def rank(self) -> int:
        """Place in the order of strength; 0 is the strongest."""
        return list(Verdict).index(self)


class Level(str, Enum):
    """How the flagged code was run, best first."""

    HARNESS = "harness"
    OWN_CALLS = "own-calls"
    SYNTHESISED = "synthesised"
    SLICE = "slice"
    PATTERN = "pattern"


DECISIVE = (Verdict.CONFIRMED, Verdict.CONTRACT)


@dataclass(frozen=True)
class Limits:
    """What one worker may use, and which refusals of the fence are lifted."""

    seconds: float = 60.0
    memory_mb: int = 4096
    file_mb: int = 64
    allow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """One finding to run: everything a worker needs, as plain data that crosses a pipe as JSON."""

    finding: Finding
    levels: tuple[str, ...] = tuple(level.value for level in Level)
    inputs: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    src: tuple[str, ...] = ()
    limits: Limits = Limits()
    others: tuple[Span, ...] = ()
    """Where the same file's other findings are: made harmless when one of them gets in the way."""

    @property
    def first_level(self) -> str:
        """The plan level that is tried first: a harness takes a command."""
        unwatched = self.levels[0] == Level.HARNESS.value and not self.command
        return self.levels[1 if unwatched and len(self.levels) > 1 else 0]

    def to_json(self) -> dict[str, Any]:
        """The job as JSON data; `from_json` reads it back."""
        data = asdict(self)
        data["finding"]["hazard"] = self.finding.hazard.value
        data["finding"]["facts"] = _plain(self.finding.facts)
        return data

    @staticmethod
    def from_json(data: dict[str, Any]) -> Job:
        """The job that `to_json` wrote."""
        raw = dict(data["finding"])
        raw["span"] = Span(**raw["span"])
        raw["hazard"] = Hazard(raw["hazard"])
        raw["chain"] = tuple(
            Link(Span(**link["span"]), link["source"], link["what"]) for link in raw["chain"]
        )
        if raw["fix"] is not None:
            edits = tuple(Edit(Span(**e["span"]), e["text"]) for e in raw["fix"]["edits"])
            raw["fix"] = Fix(raw["fix"]["description"], edits, raw["fix"]["safe"])
        limits = dict(data["limits"])
        limits["allow"] = tuple(limits["allow"])
        return Job(
            finding=Finding(**raw),
            levels=tuple(data["levels"]),
            inputs=tuple(data["inputs"]),
            command=tuple(data["command"]),
            src=tuple(data["src"]),
            limits=Limits(**limits),
            others=tuple(Span(**span) for span in data["others"]),
        )


def _plain(value: Any) -> Any:
    """`value` with everything that JSON cannot hold turned into text."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


@dataclass(frozen=True)
class Seen:
    """One exception: its phase, its classes (most derived first), its text, where it passed.

    `frames` are (path, line, function) of its traceback and its causes' tracebacks; `text` holds
    the messages of the whole chain, since Haiku re-raises a leak under a hint of its own.
    """

    phase: str
    classes: tuple[str, ...]
    message: str
    text: str
    frames: tuple[tuple[str, int, str], ...] = ()
    inside: bool = False
    """The flagged transform, replaced by a plain Python equivalent, made the error go away, or the
    exception passed through the flagged expression itself."""
    traceback: str = ""


@dataclass
class Evidence:
    """What one run at one plan level showed."""

    level: str
    executed: int = 0
    errors: list[Seen] = field(default_factory=list)
    numbers: str | None = None
    """For a silent hazard: the numbers that are wrong, in one sentence."""
    problem: str | None = None
    """Why the run could not answer: `import`, `inputs`, `blocked`, `timeout`, or None."""
    message: str = ""
    """One line on `problem`."""
    ran: str = ""
    """How the code was run, in words: the entry or the call with its inputs."""
    blocked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    clean: int = 0
    """How many phases ran to their end without an error."""
    program: str = ""
    """The run as a program that a person can copy: imports, inputs, calls."""

    def to_json(self) -> dict[str, Any]:
        """The evidence as JSON data; `from_json` reads it back."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Evidence:
        """The evidence that `to_json` wrote."""
        data = dict(data)
        data["errors"] = [
            Seen(
                **{
                    **e,
                    "classes": tuple(e["classes"]),
                    "frames": tuple((f[0], f[1], f[2]) for f in e["frames"]),
                }
            )
            for e in data["errors"]
        ]
        return Evidence(**data)


@dataclass(frozen=True)
class Result:
    """The answer for one finding, as the reports print it."""

    finding: Finding
    verdict: Verdict
    level: str
    executed: int = 0
    exception: str | None = None
    message: str = ""
    cured: bool | None = None
    seconds: float = 0.0
    detail: str = ""
    ran: str = ""
    program: str = ""

    def to_json(self) -> dict[str, Any]:
        """The object of the JSON report (docs/verify/schema.json)."""
        span = self.finding.span
        return {
            "path": span.path,
            "line": span.line,
            "column": span.column,
            "end_line": span.end_line,
            "end_column": span.end_column,
            "code": self.finding.code,
            "hazard": self.finding.hazard.value,
            "verdict": self.verdict.value,
            "plan": self.level,
            "executed": self.executed,
            "exception": self.exception,
            "message": self.message,
            "cured": self.cured,
            "seconds": round(self.seconds, 3),
            "ran": self.ran,
            "detail": self.detail,
        }
