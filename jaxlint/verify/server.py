"""The server: a process that has imported jax and haiku, started no backend, and forks workers.

It reads one JSON object a line on stdin (`{"id": n, "job": {...}}`, `{"cancel": true}`) and writes
one a line on stdout: `{"id": n, "event": "started" | "level" | "evidence" | "cured" | "done" |
"died" | "timeout", ...}`. It is single-threaded, so that forking is safe, and ends with its stdin.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Any

from jaxlint.verify import fence
from jaxlint.verify.model import Job

ENVIRONMENT = {
    "JAX_PLATFORMS": "cpu",
    "CUDA_VISIBLE_DEVICES": "",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    " --xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
    "JAX_TRACER_ERROR_NUM_TRACEBACK_FRAMES": "200",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "Agg",
}
ON_DEMAND = ("flax.linen", "optax")
"""Libraries that are dear to import and start no backend."""
OUTPUT_TAIL = 4000
RESULT_LIMIT = 8 << 20


@dataclass
class Worker:
    """A running child: its job, pipe, folder, deadline."""

    number: int
    pid: int
    pipe: int
    scratch: str
    deadline: float
    memory: int
    started: float
    buffer: bytes = b""
    done: bool = False
    overrun: str = ""


def compile_cache(scratch: str) -> str:
    """The folder where JAX keeps compiled programs from run to run; most of a run is compiling.

    `JAXLINT_COMPILE_CACHE` names another one; `off`, or a folder that cannot be written, means the
    scratch folder of this run. Over 500 MB the folder is emptied.
    """
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    chosen = os.environ.get("JAXLINT_COMPILE_CACHE") or os.path.join(base, "jaxlint", "xla")
    if chosen != "off":
        with contextlib.suppress(OSError):
            os.makedirs(chosen, exist_ok=True)
            size = sum(entry.stat().st_size for entry in os.scandir(chosen))
            if size > 500 << 20:
                shutil.rmtree(chosen)
                os.makedirs(chosen)
            if os.access(chosen, os.W_OK):
                return chosen
    inside = os.path.join(scratch, "cache")
    os.makedirs(inside, exist_ok=True)
    return inside


class Server:
    """Keeps at most `jobs` workers running."""

    def __init__(self, jobs: int, scratch: str) -> None:
        self.jobs = jobs
        self.scratch = scratch
        self.cache = compile_cache(scratch)
        self.waiting: list[tuple[int, dict[str, Any]]] = []
        self.running: dict[int, Worker] = {}
        self.selector = selectors.DefaultSelector()
        self.input = b""
        self.open = True
        self.tried: set[str] = set()
        """The libraries of ON_DEMAND that were asked for."""

    def prepare(self) -> None:
        """Import what every worker needs; start nothing."""
        import jax
        import numpy as np

        with contextlib.suppress(ImportError):
            import haiku

            del haiku
        with contextlib.suppress(AttributeError):  # old versions have no such cache
            jax.config.update("jax_compilation_cache_dir", self.cache)
            jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
            jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        del np
        gc.collect()
        gc.freeze()

    def preload(self, path: str) -> None:
        """Import, once and for all workers, the libraries of ON_DEMAND that the file mentions."""
        wanted = [name for name in ON_DEMAND if name not in sys.modules and name not in self.tried]
        if not wanted:
            return
        try:
            with open(path, "rb") as handle:
                text = handle.read()
        except OSError:
            return
        mentioned = [name for name in wanted if name.partition(".")[0].encode() in text]
        for name in mentioned:
            self.tried.add(name)
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        if mentioned:
            gc.collect()
            gc.freeze()

    def say(self, number: int, event: str, **more: Any) -> None:
        """One line to the client."""
        line = json.dumps({"id": number, "event": event, **more}) + "\n"
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(line)
            sys.stdout.flush()

    def serve(self) -> None:
        """Until stdin ends and no worker runs."""
        self.selector.register(0, selectors.EVENT_READ, None)
        while self.open or self.waiting or self.running:
            while self.waiting and len(self.running) < self.jobs:
                self.start(*self.waiting.pop(0))
            for key, _ in self.selector.select(timeout=0.05):
                if key.data is None:
                    self.read_input()
                else:
                    self.read_worker(key.data)
            self.watch()
            if not self.open:
                self.waiting.clear()
                for worker in list(self.running.values()):
                    self.end(worker)

    def read_input(self) -> None:
        chunk = os.read(0, 1 << 16)
        if not chunk:
            self.open = False
            self.selector.unregister(0)
            return
        self.input += chunk
        *lines, self.input = self.input.split(b"\n")
        for line in lines:
            message = json.loads(line)
            self.waiting.append((message["id"], message["job"]))

    def start(self, number: int, data: dict[str, Any]) -> None:
        """Fork a worker for one job."""
        job = Job.from_json(data)
        self.preload(job.finding.span.path)
        scratch = tempfile.mkdtemp(prefix=f"job{number}-", dir=self.scratch)
        reader, writer = os.pipe()
        self.say(number, "started")
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            for worker in self.running.values():
                os.close(worker.pipe)
            self.selector.close()
            child(job, writer, scratch, self.cache)
        os.close(writer)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        now = time.monotonic()
        worker = Worker(
            number, pid, reader, scratch, now + job.limits.seconds, job.limits.memory_mb, now
        )
        self.running[pid] = worker
        self.selector.register(reader, selectors.EVENT_READ, worker)

    def read_worker(self, worker: Worker) -> None:
        chunk = os.read(worker.pipe, 1 << 16)
        if not chunk:
            self.end(worker)
            return
        worker.buffer += chunk
        if len(worker.buffer) > RESULT_LIMIT:
            self.end(worker)
            return
        *lines, worker.buffer = worker.buffer.split(b"\n")
        for line in lines:
            try:
                message = json.loads(line)
                event, payload = str(message["event"]), message["data"]
            except (ValueError, KeyError, TypeError):
                continue
            if event == "done":
                worker.done = True
                self.end(worker)
                return
            self.say(worker.number, event, data=payload)

    def watch(self) -> None:
        """End workers that overrun their time or memory."""
        now = time.monotonic()
        for worker in list(self.running.values()):
            if now > worker.deadline:
                worker.overrun = "timeout"
                self.end(worker)
            elif resident_mb(worker.pid) > worker.memory:
                worker.overrun = "memory"
                self.end(worker)

    def end(self, worker: Worker) -> None:
        """Kill the worker's group and whatever it left behind; report how it went."""
        if worker.pid not in self.running:
            return
        del self.running[worker.pid]
        self.selector.unregister(worker.pipe)
        os.close(worker.pipe)
        status = 0
        if not worker.done and not worker.overrun:
            status = self.wait(worker.pid, 1.0)
        with contextlib.suppress(OSError):
            os.killpg(worker.pid, signal.SIGKILL)
        if status == 0:
            self.wait(worker.pid, 5.0)
        self.reap()
        output = tail(os.path.join(worker.scratch, "output"))
        shutil.rmtree(worker.scratch, ignore_errors=True)
        event = "done" if worker.done else worker.overrun or "died"
        seconds = time.monotonic() - worker.started
        self.say(worker.number, event, status=status, output=output, seconds=seconds)

    def wait(self, pid: int, seconds: float) -> int:
        """The exit status of `pid`, waited for at most `seconds`; 0 when it is not known."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                done, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                return 0
            if done:
                return os.waitstatus_to_exitcode(status) or -1000
            time.sleep(0.005)
        return 0

    def reap(self) -> None:
        """Kill adopted orphans: children of this process that are no worker of its own."""
        for _ in range(20):
            strays = [pid for pid in children(os.getpid()) if pid not in self.running]
            if not strays:
                return
            for pid in strays:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.waitpid(pid, 0)


def children(pid: int) -> list[int]:
    """The child processes of `pid` (Linux; empty elsewhere)."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as handle:
            return [int(word) for word in handle.read().split()]
    except OSError:
        return []


def resident_mb(pid: int) -> int:
    """Resident memory of `pid` in MB, 0 when unknown."""
    try:
        with open(f"/proc/{pid}/statm") as handle:
            return int(handle.read().split()[1]) * 4096 >> 20
    except (OSError, IndexError):
        return 0


def tail(path: str) -> str:
    """The end of a worker's captured output."""
    try:
        with open(path, "rb") as handle:
            handle.seek(0, os.SEEK_END)
            handle.seek(max(0, handle.tell() - OUTPUT_TAIL))
            return handle.read().decode(errors="replace")
    except OSError:
        return ""


def child(job: Job, pipe: int, scratch: str, cache: str) -> None:
    """The worker's life. Never returns."""
    code = 1
    try:
        os.setpgid(0, 0)
        fence.die_with_parent()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDONLY)
        out = os.open(
            os.path.join(scratch, "output"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        os.dup2(null, 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        sys.stdin, sys.stdout = open(0), open(1, "w", buffering=1)  # noqa: SIM115
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        blocked: list[str] = []

        def tell(event: str, data: Any) -> None:
            line = json.dumps({"event": event, "data": data}).encode() + b"\n"
            while line:
                line = line[os.write(pipe, line) :]

        fence.set_limits(job.limits)
        fence.put_up(job.limits, scratch, cache, blocked.append)
        from jaxlint.verify.worker import run_job

        run_job(job, tell, blocked)
        tell("done", {})
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> int:
    """`python -m jaxlint.verify.server JOBS SCRATCH`, started by the pool."""
    fence.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = Server(int(sys.argv[1]), sys.argv[2])
    try:
        server.prepare()
        server.say(-1, "ready")
        server.serve()
    finally:  # the client may be gone: stdin has ended either way
        shutil.rmtree(sys.argv[2], ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
