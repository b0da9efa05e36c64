"""Errand: an item is a subtask. `… errand_system work | rescue | submit`, as its settings say.

A burst is the plan of one task, or spread over as many as COMPARE_TASKS says. At a steady pace each task has
one item; planning it is a subtask as well, so half as many tasks are submitted as subtasks are asked for.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from benchmarks.of_queues.errand_items import ITEM, ItemAbilities
from benchmarks.of_queues.submitting import serve, steps
from sqlalchemy import select

from errand.config import read_settings
from errand.container.distributed import Distributed
from errand.domain.ids import TaskId
from errand.domain.task import TaskStatus
from errand.observability.logs import configure
from errand.service import WorkerSetup
from errand.store.tables import subtask

LOOK_SECONDS = 0.02


class ErrandSubmitter:
    """Keeps `Submitter`."""

    def __init__(self, installation: Distributed, tasks: int) -> None:
        self._installation, self._tasks = installation, tasks

    def burst(self, items: int) -> float:
        began = time.perf_counter()
        sizes = [len(range(n, items, self._tasks)) for n in range(self._tasks)]
        self._wait([self._submit(size) for size in sizes if size])
        return time.perf_counter() - began

    def paced(self, items: int, a_second: float) -> Sequence[float]:
        tasks = [self._submit(1) for _ in steps(items // 2, a_second / 2)]
        self._wait(tasks)
        ready = select(subtask.c.ready_at, subtask.c.output).where(
            subtask.c.task.in_(tasks), subtask.c.capability == ITEM
        )
        with self._installation.parts.database.read() as tx:
            return [row.output["at"] - row.ready_at.timestamp() for row in tx.execute(ready)]

    def _submit(self, items: int) -> TaskId:
        return self._installation.service.submit(str(items))

    def _wait(self, tasks: Sequence[TaskId]) -> None:
        pause = threading.Event()
        for each in tasks:
            while not (view := self._installation.service.task(each)).status.ended:
                pause.wait(LOOK_SECONDS)
            if view.status is not TaskStatus.SUCCEEDED:
                raise RuntimeError(f"The task {each} is {view.status}: {view.missing}")


def work(installation: Distributed) -> None:
    with installation.as_worker(WorkerSetup()):
        _until_stopped()


def rescue(installation: Distributed) -> None:
    with installation.as_rescuer():
        _until_stopped()


def submit(installation: Distributed) -> None:
    serve(ErrandSubmitter(installation, int(os.environ["COMPARE_TASKS"])))


def _until_stopped() -> None:
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    stopped.wait()


ROLES: Mapping[str, Callable[[Distributed], None]] = {"work": work, "rescue": rescue, "submit": submit}

if __name__ == "__main__":
    settings = read_settings()
    configure(settings.log_level, as_json=settings.log_json)
    ROLES[sys.argv[1]](Distributed(settings, abilities=ItemAbilities))
