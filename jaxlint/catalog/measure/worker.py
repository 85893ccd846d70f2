"""The child process: `python -m jaxlint.catalog.measure.worker`, one JSON object a line each way.

First line out: {"versions": {...}}. Then for each line in, a `Request`, one line out: by phase,
{"hazard": ..., "evidence": ...}. What jax prints goes to stderr, so that stdout stays ours.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from typing import Any

BENCHES_KEPT = 6
"""JAX keeps every program that it compiles: after so many examples its caches are emptied."""


def versions() -> dict[str, str]:
    """The versions that are measured."""
    names = ("jax", "jaxlib", "dm-haiku")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def serve(lines: Any, answer: Any) -> None:
    """Answer each request line of `lines`; requests of one example in a row share a bench."""
    import jax

    from jaxlint.catalog.measure.example import Example
    from jaxlint.catalog.measure.observe import PHASES, Bench

    current: tuple[str, ...] = ()
    bench: Bench | None = None
    benches = 0
    for line in lines:
        request = json.loads(line)
        wanted = (request["transform"], request["slot"], request["text"])
        if bench is None or wanted != current:
            benches += 1
            if benches % BENCHES_KEPT == 0:
                jax.clear_caches()
            example = Example(request["transform"], request["text"], request["context"])
            bench = Bench(example, request["runs"], request["counted"])
            current = wanted
        reply = {}
        for phase in PHASES:
            seen = bench.observe(request["effect"], phase)
            reply[phase] = {"hazard": seen.hazard, "evidence": seen.evidence}
        answer.write(json.dumps(reply) + "\n")
        answer.flush()


def main() -> None:
    """Serve stdin until it ends."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    answer.write(json.dumps({"versions": versions()}) + "\n")
    answer.flush()
    serve(sys.stdin, answer)


if __name__ == "__main__":
    main()
