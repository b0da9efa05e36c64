"""The process that starts a worker's children and ends them; the worker tells it what to do.

It is forked from and has no threads, which a worker can not offer: a fork of a process with threads may hang.
It has imported what the children need, so that one is there soon and shares that memory.

    worker -> nursery   ["start", number] with the child's end of its pipe; ["end", number, seconds from now]
    nursery -> worker   ["ended", number, exit status, negative for a signal]; ["refused", number, why]

Whoever descends from a child stays below it, and below the nursery when the child has ended: what is left
then belongs to no job and is killed. So is everything when the worker is gone.
"""

import errno
import gc
import json
import os
import pickle
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from errand.child import Upbringing, live
from errand.domain.errors import ErrandError
from errand.processes import adopt_orphans, children_of, kill_all


def told(upbringing: Upbringing) -> bytes:
    """What `main` reads from standard input. It may hold secrets, so it is no argument of a command."""
    return pickle.dumps((sys.path, pickle.dumps(upbringing)))


def main() -> None:
    """`told` on standard input, the descriptor of the socket to the worker as the only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends when its worker does
    path, rest = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our worker
    sys.path[:] = path
    upbringing: Upbringing = pickle.loads(rest)  # noqa: S301  # as above
    with suppress(ErrandError), upbringing.open_jobs():  # a child says what is wrong; here it is imported
        gc.freeze()  # what is shared with the children stays so
    adopt_orphans()
    Nursery(socket.socket(fileno=int(sys.argv[1])), upbringing).work()


class Nursery:
    """Lives as long as its process."""

    def __init__(self, worker: socket.socket, upbringing: Upbringing) -> None:
        self._worker, self._upbringing = worker, upbringing
        self._numbers: dict[int, int] = {}
        """Of the children that live, by process."""
        self._ends: dict[int, float] = {}
        """Monotonic times after which they are killed, by process."""
        self._woken, self._wake = socket.socketpair()

    def work(self) -> None:
        """Until the worker is gone; then nothing of all this is left."""
        self._woken.settimeout(0)
        self._wake.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno())
        worker_lives = True
        while worker_lives:
            readable, _, _ = select.select([self._worker, self._woken], [], [], self._seconds_to_wait())
            if self._woken in readable:
                self._woken.recv(4096)
            if self._worker in readable:
                worker_lives = self._obey()
            self._kill_overdue()
            self._reap(os.WNOHANG)
        self._kill([*self._numbers])
        self._kill_left()
        self._reap(0)

    def _seconds_to_wait(self) -> float | None:
        return max(0.0, min(self._ends.values()) - time.monotonic()) if self._ends else None

    def _obey(self) -> bool:
        """One command. False: the worker is gone."""
        try:
            said, pipes, _, _ = socket.recv_fds(self._worker, 4096, 1)
        except ConnectionResetError:
            return False
        if not said:
            return False
        match json.loads(said):
            case ["start", int(number)]:
                self._start(number, pipes)
            case ["end", int(number), seconds]:
                until = time.monotonic() + float(seconds)
                self._ends |= {pid: until for pid, known in self._numbers.items() if known == number}
        return True

    def _start(self, number: int, pipes: Sequence[int]) -> None:
        """Where this machine has no room for it, that is said: the others go on."""
        if not pipes:  # the kernel drops a descriptor that this process may not have (unix(7))
            self._say(["refused", number, os.strerror(errno.EMFILE)])
            return
        pipe, me = Connection(pipes[0]), os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._say(["refused", number, error.strerror])
            pipe.close()
            return
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (self._worker, self._woken, self._wake):
                each.close()
            live(pipe, self._upbringing, me)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
        pipe.close()
        self._numbers[pid] = number

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        overdue = [pid for pid, until in self._ends.items() if until <= now]
        if overdue:
            self._kill(overdue)
        for pid in overdue:
            del self._ends[pid]

    def _kill(self, pids: Sequence[int]) -> None:
        try:
            kill_all([*pids])
        except OSError:  # there is no room to look for what they started: `_kill_left` finds it
            for pid in pids:
                os.kill(pid, signal.SIGKILL)

    def _reap(self, options: int) -> None:
        """Take note of those that have ended, kill what they left; without WNOHANG, until none is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, options)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._ends.pop(pid, None)
            if (number := self._numbers.pop(pid, None)) is not None:
                self._say(["ended", number, os.waitstatus_to_exitcode(status)])
            self._kill_left()

    def _kill_left(self) -> None:
        """What belongs to no job."""
        with suppress(OSError):  # there is no room to look now: done when the next one has ended
            kill_all([each for each in children_of(os.getpid()) if each not in self._numbers])

    def _say(self, words: Sequence[object]) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):  # the worker is gone, as `_obey` finds out
            self._worker.send(json.dumps(words).encode())
