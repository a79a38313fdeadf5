"""Files are rendered and opened in a child process: a sandbox with limits on CPU, time, memory and files."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Self

from . import pdf

MEGABYTE = 1024 * 1024
# Audit events that a document could cause and that rendering never needs.
FORBIDDEN = ("os.", "shutil.", "socket.", "subprocess.", "ctypes.dlopen", "signal.", "tempfile.", "urllib.")
ALLOWED = ("os.listdir", "os.scandir")  # importing a module looks into its folder
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class ChildFailed(Exception):
    """The child failed; the message is a sentence that says why."""


class LimitBroken(ChildFailed):
    """The child was stopped, or stopped itself, at one of its limits."""


@dataclass(frozen=True)
class Limits:
    """What one child may use."""

    cpu: int = 30  # seconds of processor time
    wall: int = 60  # seconds altogether
    memory: int = 1536  # megabytes of address space
    size: int = 50  # megabytes of the result


USUAL = Limits()

# Its children start warm: libraries imported, fonts loaded and the style sheet parsed.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["__main__", "returns.documents.engine.warm"])


class Crew:
    """Children that work for one document, each doing one job after another, under the same limits.

    A child has no environment, opens no connection, starts no program, writes no file and reads none but
    packaged ones and the interpreter's. The wall limit counts from the first job, for all of them.
    """

    def __init__(self, limits: Limits = USUAL, size: int = 1):
        self.limits = limits
        self.size = size
        self._members: dict[Connection, BaseProcess] = {}
        self._until: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error) -> None:
        for pipe, member in self._members.items():
            pipe.close()
            member.kill()
        for member in self._members.values():
            member.join()

    def do(self, jobs: Sequence[tuple]) -> list[bytes]:
        """The result of each job, a module's function with its arguments; in the order of the jobs.

        Raises ChildFailed, with the reason, as soon as one breaks a limit or fails.
        """
        if self._until is None:
            self._until = time.monotonic() + self.limits.wall
        replies: dict[int, bytes] = {}
        waiting = deque(enumerate(jobs))
        idle = list(self._members)
        busy: dict[Connection, int] = {}
        while waiting or busy:
            while waiting and len(busy) < self.size:
                number, job = waiting.popleft()
                pipe = self._give(idle.pop(), job) if idle else self._hire(job)
                busy[pipe] = number
            ready = connection.wait(busy, max(0, self._until - time.monotonic()))
            if not ready:
                raise LimitBroken(f"It was not ready after {self.limits.wall} seconds.")
            for pipe in ready:
                replies[busy.pop(pipe)] = self._hear(pipe)
                idle.append(pipe)
        return [replies[number] for number in range(len(jobs))]

    def _give(self, pipe: Connection, job: tuple) -> Connection:
        with suppress(OSError):  # that child has ended: why, is told when it is heard
            pipe.send(job)
        return pipe

    def _hire(self, job: tuple) -> Connection:
        """A new child with its first job, which is read before the child is confined: it may be of any module."""
        ours, theirs = _processes.Pipe()
        member = _processes.Process(target=_work, args=(theirs, job, self.limits), daemon=True)
        try:
            member.start()
        except (OSError, EOFError) as error:
            # The fork server is gone; the next to be started begins another.
            ours.close()
            raise ChildFailed("No process could be started for it. Try again in a moment.") from error
        finally:
            theirs.close()
        self._members[ours] = member
        return ours

    def _hear(self, pipe: Connection) -> bytes:
        try:
            reply = pipe.recv_bytes(self.limits.size * MEGABYTE + 1)
        except (EOFError, ConnectionError) as ended:
            member = self._members[pipe]
            member.join(5)
            raise LimitBroken(_ending(member.exitcode, self.limits)) from ended
        except OSError as error:
            raise LimitBroken(f"It is larger than {self.limits.size} megabytes.") from error
        if reply[:1] != b"+":
            kind = LimitBroken if reply[:1] == b"!" else ChildFailed
            raise kind(reply[1:].decode("utf-8", "replace"))
        return reply[1:]


def run(work: Callable[..., bytes], *arguments, limits: Limits = USUAL) -> bytes:
    """The result of `work`, a module's function, with these arguments in its own child. Raises ChildFailed."""
    with Crew(limits) as crew:
        return crew.do([(work, *arguments)])[0]


def _ending(code: int | None, limits: Limits) -> str:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"It took more than {limits.cpu} seconds of processor time."
    if code in (-signal.SIGABRT, -signal.SIGSEGV):
        return f"It crashed, possibly because it needs more than {limits.memory:,} megabytes of memory."
    return f"It ended without a message (exit code {code})."


def _work(pipe: Connection, job: tuple, limits: Limits) -> None:
    """Runs in the child: does one job after another until the parent closes the pipe."""
    _confine(limits)
    with suppress(EOFError, ConnectionError):
        while True:
            pipe.send_bytes(_reply(job, limits))
            job = (_do, pipe.recv_bytes())


def _do(job: bytes) -> bytes:
    work, *arguments = pickle.loads(job)  # noqa: S301 (from the parent; what it may not read is told to it)
    return work(*arguments)


def _reply(job: tuple, limits: Limits) -> bytes:
    work, *arguments = job
    try:
        reply = b"+" + work(*arguments)
        if len(reply) > limits.size * MEGABYTE:
            reply = f"!It is larger than {limits.size} megabytes.".encode()
    except MemoryError:
        reply = f"!It needs more than {limits.memory:,} megabytes of memory.".encode()
    except (pdf.RenderFailed, PermissionError) as failure:
        reply = f"-{failure}".encode()
    except RecursionError:
        reply = b"-Its parts are nested too deeply."
    except BaseException as failure:  # the fetcher raises no Exception; the parent is told of everything
        said = f"-It failed with {type(failure).__name__}: {failure}"[:300].removesuffix(".")
        reply = f"{said}.".encode("utf-8", "replace")
    return reply


def _confine(limits: Limits) -> None:
    """Confines this process: no environment, limits on CPU, memory and files, no forbidden audit events."""
    os.environ.clear()
    os.nice(5)  # people who wait for a page come first
    gc.disable()  # a fifth faster: the process ends before there is anything worth collecting
    memory = limits.memory * MEGABYTE
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    own = pdf.ROOT.parent / "returns"
    readable = (sys.prefix, sys.base_prefix, pdf.ROOT, own)
    roots = tuple(f"{os.path.realpath(root)}{os.sep}" for root in readable)

    def refuse(event: str, arguments: tuple) -> None:
        if event == "open":
            path, _mode, flags = arguments
            writes = isinstance(flags, int) and flags & WRITING
            if isinstance(path, int) or (not writes and os.path.realpath(path).startswith(roots)):
                return
            raise PermissionError(f"It asks for the file {str(path)[:200]}; only packaged files may be read.")
        if event.startswith(FORBIDDEN) and event not in ALLOWED:
            raise PermissionError(f"It tries what no document may ({event}).")

    sys.addaudithook(refuse)
