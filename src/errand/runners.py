"""Carries out the jobs of a worker in processes of their own, which can be ended for real.

A job that crashes, or takes all memory, takes its own process with it and nothing else (docs/jobs.md).
"""

import contextlib
import itertools
import json
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from errand.child import Answer, Upbringing
from errand.domain.errors import SetupError, StoreUnavailable
from errand.domain.task import Failed, Fault, Job, Outcome
from errand.jobs import Jobs, Prepared
from errand.nursery import told
from errand.observability.logs import logger
from errand.processes import kill_all

LOOK_SECONDS = 0.1
"""How often somebody who waits for a child looks whether the job is lost."""
LONGEST_END_SECONDS = 10.0
"""Until a process that was killed is gone; one that waits for a broken disk may not be."""
_HANGS = "The process that was to run it hung before it had read what to do."
_NURSERY = "from errand.nursery import main; main()"


@dataclass
class Child:
    """The worker's side of one child."""

    number: int
    pipe: Connection
    nursery: "_Nursery"
    ended: threading.Event = field(default_factory=threading.Event)
    status: int | None = None
    """Once it has ended, its exit status, negative for a signal; None: nobody knows, the nursery died too."""
    refused: str = ""
    """Why there is no such process, once it has ended; empty: there was one."""
    idle_since: float = 0.0

    @property
    def is_usable(self) -> bool:
        return not self.ended.is_set() and not self.pipe.poll()


class Runners:
    """Keeps `errand.worker.Runner`. It lives as long as the worker; used by all its slots at once."""

    def __init__(
        self,
        jobs: Jobs,
        upbringing: Upbringing,
        *,
        grace_seconds: float = 2.0,
        idle_seconds: float = 60.0,
        hanging_seconds: float = 30.0,
    ) -> None:
        """`jobs` does the half that this process does: it looks up what a job needs, and counts its time.

        A child that was told to give up its job is killed after `grace_seconds`, one that has had no job is
        ended after `idle_seconds`, and one that reads nothing of a job for `hanging_seconds` is killed.
        """
        self._jobs, self._upbringing = jobs, upbringing
        self._grace_seconds, self._idle_seconds = grace_seconds, idle_seconds
        self._hanging_seconds = hanging_seconds
        self._idle: list[Child] = []
        """The last one that had a job at the end."""
        self._nursery: _Nursery | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._keeper = threading.Thread(target=self._end_idle, name="idle children", daemon=True)
        self._log = logger("runners")

    def run(self, job: Job, lost: threading.Event) -> Outcome | None:
        prepared = self._jobs.prepare(job)
        if not isinstance(prepared, Prepared):
            return prepared
        try:
            return self._run(prepared, lost)
        finally:
            self._jobs.ran(job)

    def stop(self) -> None:
        with self._lock:
            self._stopped.set()
            nursery, self._nursery = self._nursery, None
            idle, self._idle = self._idle, []
        for child in idle:
            child.pipe.close()
        if nursery is not None:
            nursery.stop()
            self._keeper.join()

    def _run(self, prepared: Prepared, lost: threading.Event) -> Outcome | None:
        job = prepared.job
        try:
            child = self._taken()
        except OSError as error:
            raise _no_room(error.strerror) from error
        if child is None:
            return None
        hangs = False
        try:
            answer = self._answer(child, prepared, lost)
        except BlockingIOError:
            answer, hangs = None, True
        except (EOFError, OSError, pickle.UnpicklingError):
            answer = None
        if answer is None:
            self._gone(child, job)
            if lost.is_set() or self._stopped.is_set():
                return None
            if child.refused:
                raise _no_room(child.refused)
            return Failed(_HANGS, Fault.CRASHED) if hangs else _crashed(child.status, job)
        if answer.worn:
            self._retire(child)
        else:
            self._give_back(child)
        if isinstance(answer.failure, StoreUnavailable):
            raise answer.failure
        return answer.outcome if answer.failure is None else Failed(str(answer.failure), Fault.SETUP)

    def _answer(self, child: Child, prepared: Prepared, lost: threading.Event) -> Answer | None:
        """None: it did not give up in time. Raises EOFError or OSError when it has died, BlockingIOError when
        it hangs and the job is larger than the pipe."""
        told_at: float | None = None
        child.pipe.send(prepared)
        while not child.pipe.poll(LOOK_SECONDS):
            if child.ended.is_set() and not child.pipe.poll():  # what it started may hold the pipe open
                raise EOFError
            if told_at is None and lost.is_set():
                child.pipe.send(None)
                told_at = time.monotonic()
            if told_at is not None and time.monotonic() >= told_at + self._grace_seconds:
                return None
        answer: Answer = child.pipe.recv()
        return answer

    # -- children --------------------------------------------------------------------------------------

    def _taken(self) -> Child | None:
        """None: all of them were stopped."""
        with self._lock:
            if self._stopped.is_set():
                return None
            while self._idle:
                child = self._idle.pop()
                if child.is_usable:
                    return child
                child.pipe.close()
            if self._nursery is None or self._nursery.gone.is_set():
                self._nursery = self._new_nursery(self._nursery)
            return self._nursery.start(self._hanging_seconds)

    def _new_nursery(self, before: "_Nursery | None") -> "_Nursery":
        if before is not None:
            before.stop()
            self._log.warning("the process that starts children died")
        new = _Nursery(self._upbringing)
        if before is None:
            self._keeper.start()
        return new

    def _give_back(self, child: Child) -> None:
        child.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(child)

    def _retire(self, child: Child) -> None:
        """It ends by itself once it finds its pipe closed."""
        child.pipe.close()
        child.nursery.end(child, self._grace_seconds)

    def _gone(self, child: Child, job: Job) -> None:
        """Returns when nothing of it is left; what it had under way counts as done."""
        child.nursery.end(child, 0.0)
        child.pipe.close()
        if not child.ended.wait(LONGEST_END_SECONDS):
            self._log.error("a process does not end", capability=job.capability)
        self._jobs.abandoned(job)

    def _end_idle(self) -> None:
        while not self._stopped.wait(self._idle_seconds / 4):
            latest = time.monotonic() - self._idle_seconds
            with self._lock:
                tired = [child for child in self._idle if child.idle_since <= latest]
                self._idle = [child for child in self._idle if child.idle_since > latest]
            for child in tired:
                self._retire(child)


class _Nursery:
    """The way to the process that starts children. It lives until `stop`; `gone` is set when that died."""

    def __init__(self, upbringing: Upbringing) -> None:
        self._numbers = itertools.count(1)
        self._children: dict[int, Child] = {}
        self._lock = threading.Lock()
        self.gone = threading.Event()
        self._log = logger("runners")
        self._socket, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        _send_within(self._socket, LONGEST_END_SECONDS)  # whoever tells it something holds a lock
        with its:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-c", _NURSERY, str(its.fileno())],
                stdin=subprocess.PIPE,
                stdout=2,  # standard output belongs to results
                pass_fds=[its.fileno()],
                start_new_session=True,
            )
        if self._process.stdin is not None:  # always, since it was asked for
            with contextlib.suppress(BrokenPipeError), self._process.stdin as stdin:
                stdin.write(told(upbringing))
        self._listener = threading.Thread(target=self._listen, name="children", daemon=True)
        self._listener.start()

    def start(self, hanging_seconds: float) -> Child:
        mine, its = socket.socketpair()
        _send_within(mine, hanging_seconds)
        child = Child(next(self._numbers), Connection(mine.detach()), self)
        with self._lock:
            if self.gone.is_set():
                child.ended.set()
            self._children[child.number] = child
        with its, contextlib.suppress(OSError):  # it died: so has the child, as `_listen` finds out
            socket.send_fds(self._socket, [json.dumps(["start", child.number]).encode()], [its.fileno()])
        return child

    def end(self, child: Child, seconds: float) -> None:
        """Kill it with all that it started, after so many seconds unless it has ended by itself then."""
        with contextlib.suppress(OSError):  # as in `start`
            self._socket.send(json.dumps(["end", child.number, seconds]).encode())

    def stop(self) -> None:
        """Returns when nothing of it is left; should it hang, it is killed with all that descends from it."""
        with contextlib.suppress(OSError):  # as in `start`
            self._socket.shutdown(socket.SHUT_WR)
        if not self._has_ended():
            self._log.warning("the process that starts children hangs, and is killed")
            kill_all([self._process.pid])
            if not self._has_ended():
                self._log.error("the process that starts children does not end")
        self._listener.join(LONGEST_END_SECONDS)
        self._socket.close()

    def _has_ended(self) -> bool:
        try:
            self._process.wait(LONGEST_END_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _listen(self) -> None:
        with contextlib.suppress(ConnectionResetError):
            while said := self._socket.recv(4096):
                how, number, found = json.loads(said)
                with self._lock:
                    child = self._children.pop(number)
                if how == "refused":
                    child.refused = found
                else:
                    child.status = found
                child.ended.set()
        with self._lock:
            self.gone.set()
            for child in self._children.values():
                child.ended.set()


def _send_within(one: socket.socket, seconds: float) -> None:
    """Else sending raises BlockingIOError (SO_SNDTIMEO, socket(7))."""
    whole = int(seconds)
    timeval = struct.pack("ll", whole, int((seconds - whole) * 1_000_000))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)


def _no_room(reason: str | None) -> SetupError:
    return SetupError(
        f"This machine starts no more processes for jobs ({reason}): free some, or raise its limits, and "
        "start the worker again."
    )


def _crashed(status: int | None, job: Job) -> Failed:
    if status is None:
        said = f"The worker that ran it ({job.worker}) lost all its processes for jobs at once."
        return Failed(said, Fault.LOST)
    if status == -signal.SIGKILL:
        how = "was killed by signal 9, as by the kernel when memory runs out"
    elif status < 0:
        how = f"was killed by signal {-status} ({signal.strsignal(-status)})"
    else:
        how = f"ended in the middle of it, with exit status {status}"
    return Failed(f"The process that ran it {how}.", Fault.CRASHED)
