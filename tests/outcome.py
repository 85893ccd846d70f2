"""What a run of the command line comes to, as the `run` fixture gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Outcome(NamedTuple):
    """The exit status and what was printed."""

    status: int
    out: str
    err: str


Run = Callable[..., Outcome]
