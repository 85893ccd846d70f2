"""The fence around a worker: limits on time, memory, files; no sockets, processes, stray writes.

It stops accidents and careless code, not an adversary: code that calls C through ctypes is only
held by the kernel's limits. (`resource` is imported where it is used: Windows has none, and must
still be able to say so.)
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

from jaxlint.verify.model import Limits

WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NET_EVENTS = {
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "urllib.Request",
    "http.client.connect",
    "ftplib.connect",
    "smtplib.connect",
}
PROCESS_EVENTS = {
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.fork",
    "os.forkpty",
    "pty.spawn",
    "os.kill",
    "os.killpg",
    "signal.pthread_kill",
}
PATH_EVENTS = {
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.utime",
    "os.setxattr",
    "shutil.rmtree",
    "shutil.move",
    "shutil.copyfile",
    "shutil.copytree",
    "shutil.chown",
    "sqlite3.connect",
}
SELF_EVENTS = {"os.kill", "os.killpg"}


class Refused(PermissionError):
    """What code under test gets when the fence refuses something; the text names the flag."""


_LIFTED: list[str] = []


@contextlib.contextmanager
def lifted(flag: str) -> Iterator[None]:
    """Let through what `flag` of `--allow` names while the block runs: for the verifier itself."""
    _LIFTED.append(flag)
    try:
        yield
    finally:
        _LIFTED.remove(flag)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the process that forked it ends (Linux only)."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Make every process that a worker leaves behind a child of this one, to be killed by it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)


def virtual_bytes() -> int:
    """This process's address space now, in bytes (0 where /proc is missing)."""
    import resource

    try:
        with open("/proc/self/statm") as handle:
            return int(handle.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


BACKEND_RESERVE = 3 << 30
"""Address space that XLA's CPU client and its thread stacks reserve beyond what they use: measured
1.1-1.5 GB on jaxlib 0.10.2 and two cores; more cores mean more threads, hence the margin."""


def set_limits(limits: Limits) -> None:
    """Lower this process's limits; a limit already lower stays."""
    import resource

    space = virtual_bytes() + BACKEND_RESERVE + (limits.memory_mb << 20)
    _lower(resource.RLIMIT_AS, space)
    _lower(resource.RLIMIT_FSIZE, limits.file_mb << 20)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, int(limits.seconds * 2) + 5)
    if "subprocess" not in limits.allow:
        _lower(resource.RLIMIT_NPROC, 512)


def _lower(what: int, value: int) -> None:
    import resource

    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))


def put_up(limits: Limits, scratch: str, cache: str, blocked: Callable[[str], None]) -> None:
    """Install the audit hook: writes only under `scratch`, no sockets, no processes.

    `cache` is where JAX keeps compiled programs: only JAX itself may write there. `blocked` is told
    of each refusal, since code under test may swallow the exception.
    """
    inside = os.path.realpath(scratch) + os.sep
    cache_inside = os.path.realpath(cache) + os.sep
    own = (os.getpid(), os.getpgid(0), 0)
    busy = [False]

    def refuse(what: str, flag: str) -> None:
        text = f"refused: {what}; lift with --allow {flag}"
        blocked(text)
        raise Refused(text)

    def writable(path: Any) -> bool:
        if isinstance(path, int):
            return True
        try:
            name = os.path.realpath(os.fsdecode(path))
        except (TypeError, ValueError):
            return True
        if name.startswith(inside) or name + os.sep == inside:
            return True
        if name.startswith("/dev/") and not name.startswith("/dev/shm"):
            return True
        return (name + os.sep).startswith(cache_inside) and _called_by_cache()

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = args[0], args[1], args[2]
            writes = (isinstance(mode, str) and any(c in mode for c in "wax+")) or (
                isinstance(flags, int) and flags & WRITE_FLAGS
            )
            guarded = writes and not busy[0] and "write" not in limits.allow
            if guarded and not _checked(writable, path, busy):
                refuse(f"writing {os.fsdecode(path)}", "write")
        elif event in PROCESS_EVENTS:
            if event in SELF_EVENTS and args and args[0] in own:
                return
            if "subprocess" not in (*limits.allow, *_LIFTED):
                refuse(f"starting or signalling a process ({event})", "subprocess")
        elif event in NET_EVENTS:
            if "net" not in limits.allow:
                refuse(f"using the network ({event})", "net")
        elif event == "socket.__new__":
            if "net" not in limits.allow and args[1] not in (1,):
                refuse("opening a socket", "net")
        elif event in PATH_EVENTS and not busy[0] and "write" not in limits.allow:
            for path in args[:2]:
                named = isinstance(path, (str, bytes, os.PathLike))
                if named and not _checked(writable, path, busy):
                    refuse(f"changing {os.fsdecode(path)} ({event})", "write")

    sys.addaudithook(hook)


def _checked(test: Callable[[Any], bool], path: Any, busy: list[bool]) -> bool:
    """`test(path)` while the hook itself is switched off: realpath raises audit events too."""
    busy[0] = True
    try:
        return test(path)
    finally:
        busy[0] = False


def _called_by_cache() -> bool:
    """Whether JAX's own compilation cache is on the call stack."""
    frame = sys._getframe()
    depth = 0
    while frame is not None and depth < 60:
        name = frame.f_code.co_filename
        if name.endswith(("jax/_src/compilation_cache.py", "jax/_src/lru_cache.py")):
            return True
        frame = frame.f_back  # type: ignore[assignment]
        depth += 1
    return False
