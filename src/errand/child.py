"""A child of a worker: a process that carries out one job after the other, and may be killed at any time.

The worker's end of the pipe says what to do: a `Prepared` job is answered by an `Answer`; None, while a job
runs, says that the job is not the worker's any more; the end of the pipe ends the child.
"""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection

from errand.domain.errors import ErrandError, StoreUnavailable
from errand.domain.task import Outcome
from errand.jobs import Jobs, Prepared
from errand.processes import (
    adopt_orphans,
    die_with,
    go_first_when_memory_runs_out,
    largest_resident_bytes,
    limit_memory,
)

OpenJobs = Callable[[], AbstractContextManager[Jobs]]
"""Builds what carries out jobs, in the child, and ends with it what it opened. It can be pickled; it opens
connections only when they are used, starts no threads that outlive it, sets up the logs, and writes nothing
to standard output."""


@dataclass(frozen=True, slots=True)
class Upbringing:
    """What is the same for all children of a worker."""

    open_jobs: OpenJobs
    memory_mb: int | None = None
    """Millions of bytes that a child may write to."""
    most_jobs: int = 1_000
    most_growth_bytes: int = 500_000_000
    """A child that has carried out so many jobs, or had so much more memory than at first, is replaced."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a job."""

    outcome: Outcome | None = None
    failure: ErrandError | None = None
    """It could not be carried out here at all."""
    worn: bool = False
    """This child should carry out no more."""


def live(connection: Connection, upbringing: Upbringing, parent: int) -> None:
    """All that a child does, from its start to the end of its pipe."""
    die_with(parent)
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the worker's business
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    adopt_orphans()
    go_first_when_memory_runs_out()
    limit_memory(upbringing.memory_mb)
    try:
        with upbringing.open_jobs() as jobs:
            _carry_out_all(jobs, connection, upbringing)
    except ErrandError as error:  # it could not be opened
        with suppress(EOFError, OSError):
            connection.recv()
            connection.send(Answer(failure=error, worn=True))


def _carry_out_all(jobs: Jobs, connection: Connection, upbringing: Upbringing) -> None:
    most_bytes = largest_resident_bytes() + upbringing.most_growth_bytes
    for done in count(1):
        prepared = _next(connection)
        if prepared is None:
            return
        outcome, failure = None, None
        told = Told(connection)
        try:
            outcome = jobs.carry_out(prepared, told)
        except StoreUnavailable as error:
            failure = error
        finally:
            told.over()
        worn = done >= upbringing.most_jobs or largest_resident_bytes() > most_bytes
        with suppress(BrokenPipeError, ConnectionResetError):  # the worker is gone: so is the next job
            connection.send(Answer(outcome, failure, worn))


def _next(connection: Connection) -> Prepared | None:
    """None: there will be no more."""
    try:
        while True:
            sent = connection.recv()
            if isinstance(sent, Prepared):  # else it was about a job that has just ended
                return sent
    except (EOFError, ConnectionResetError):
        return None


class Told(threading.Event):
    """Set when the worker says that the job is not its any more, or is gone. Only asked, never waited for."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._asking = threading.Lock()
        self._is_over = False

    def over(self) -> None:
        """The job has ended: what comes now is not about it, whoever it left behind still asks."""
        with self._asking:
            self._is_over = True

    def is_set(self) -> bool:
        with self._asking:
            if not (self._is_over or super().is_set()) and self._connection.poll():
                with suppress(EOFError, ConnectionResetError):
                    self._connection.recv()
                self.set()
        return super().is_set()
