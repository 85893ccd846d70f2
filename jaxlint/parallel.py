"""Check many files on all cores; a worker that dies costs one file, not the run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jaxlint.config import Options
from jaxlint.finding import Diagnostic
from jaxlint.runner import Checker, FileResult

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

SMALL_RUN = 150_000
"""Bytes of source below which starting processes costs more than it saves."""
_CHUNKS_PER_WORKER = 6

_checker: Checker | None = None
"""The checker of this worker process."""


def check_files(paths: Sequence[str], options: Options, jobs: int) -> Iterator[FileResult]:
    """The result of each of `paths`, in the order in which they are done.

    jobs: how many processes at most; with 1, or for a small run, all is done in this one.
    """
    sizes = [_size(path) for path in paths]
    if jobs > 1 and len(paths) > 1 and sum(sizes) >= SMALL_RUN:
        chunks = _chunks(paths, sizes, jobs * _CHUNKS_PER_WORKER)
        return _in_processes(chunks, options, min(jobs, len(chunks)))
    return map(Checker(options).check, paths)


def available_cores() -> int:
    """How many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_processes(
    chunks: Sequence[Sequence[str]], options: Options, workers: int
) -> Iterator[FileResult]:
    from concurrent.futures import as_completed
    from concurrent.futures.process import BrokenProcessPool

    lost: list[str] = []
    pool = _pool(workers, options)
    try:
        waiting = {pool.submit(_check_chunk, chunk): chunk for chunk in chunks}
        for future in as_completed(waiting):
            try:
                yield from future.result()
            except BrokenProcessPool:
                lost += waiting[future]
        pool.shutdown()
    finally:  # on an interrupt nobody waits for what is left
        pool.shutdown(wait=False, cancel_futures=True)
    if lost:
        yield from _one_by_one(sorted(lost), options)


def _one_by_one(paths: Sequence[str], options: Options) -> Iterator[FileResult]:
    """Each file as a task of its own, so that the one that kills its worker is known."""
    from concurrent.futures.process import BrokenProcessPool

    pool = _pool(1, options)
    try:
        for path in paths:
            try:
                yield from pool.submit(_check_chunk, [path]).result()
            except BrokenProcessPool:
                message = (
                    "the process that read this file died: out of memory, or nested too deeply"
                )
                yield FileResult(path, diagnostics=[Diagnostic(path, 1, message)])
                pool.shutdown()
                pool = _pool(1, options)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(workers: int, options: Options) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(workers, initializer=_start, initargs=(options,))


def _start(options: Options) -> None:
    """Make this process a worker."""
    global _checker
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ctrl-C ends a worker without a word
    _checker = Checker(options)


def _check_chunk(paths: Sequence[str]) -> list[FileResult]:
    assert _checker is not None
    return [_checker.check(path) for path in paths]


def _chunks(paths: Sequence[str], sizes: Sequence[int], count: int) -> list[list[str]]:
    """Neighbouring files together (they read the same files), in `count` parts of like size."""
    limit = sum(sizes) / count
    chunks: list[list[str]] = [[]]
    filled = 0
    for path, size in zip(paths, sizes):
        if filled >= limit:
            chunks.append([])
            filled = 0
        chunks[-1].append(path)
        filled += size
    return chunks


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
