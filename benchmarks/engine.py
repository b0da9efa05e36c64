"""How fast the engine moves no-op subtasks in one process: `python benchmarks/engine.py [SIZES…]`.

Each size is a fan-out: one task whose plan is that many no-op subtasks. Also: submission to first start, and
claims and settlements alone, from several threads. It works on SQLite in a temporary folder, or with
`--database` on PostgreSQL, where it leaves its tasks behind.
The last lines are what docs/benchmarks.md quotes.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from pydantic import BaseModel, Field

from errand.capabilities.plan import plan_capability
from errand.capability import CapabilityDescription, Catalogue, Context, capability
from errand.dispatch import Dispatcher
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, WorkerId
from errand.domain.plan import Plan, Proposal, Step
from errand.domain.request import Request
from errand.domain.task import PLAN, Succeeded
from errand.engine import Engine
from errand.jobs import Jobs
from errand.observability.logs import configure
from errand.planning.plain import PlainPlanner
from errand.queues.in_process import InProcessQueue
from errand.rescuer import Rescuer
from errand.sessions.workspace import LocalWorkspaces
from errand.store import reading
from errand.store.artifacts import ArtifactFolder
from errand.store.database import Database
from errand.store.registry import WorkerRegistry
from errand.store.spending import Spending
from errand.store.turns import Conversations
from errand.worker import Worker

SLOTS = 4
SUBMITS = 200
ROUNDS = 3
THREADS = 8
MOVED = 4000
"""Subtasks that are claimed and settled by threads alone."""


class Nothing(BaseModel):
    n: int = Field(default=0, description="Any number.")


@capability("no.op")
def no_op(given: Nothing, context: Context) -> Nothing:
    """Do nothing."""
    del context
    return given


class FanOut:
    """A planner: as many no-op subtasks as the request's text says."""

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        del catalogue
        steps = tuple(Step(SubtaskKey(f"s{n}"), "no.op", inputs={"n": n}) for n in range(int(request.text)))
        return Proposal(Plan(steps, made_by="benchmark"), score=1.0, sure=True)


def now() -> datetime:
    return datetime.now(UTC)


class Bench:
    def __init__(self, folder: Path, url: str) -> None:
        self.database = Database(url)
        self.database.migrate()
        queue = InProcessQueue()
        self.engine = Engine(self.database, Dispatcher(self.database, queue, now), now)
        catalogue = Catalogue([no_op, plan_capability(PlainPlanner(FanOut()), dict)])
        self.worker = Worker(
            self.engine,
            queue,
            WorkerRegistry(self.database, now),
            catalogue,
            Jobs(
                self.engine,
                catalogue,
                ArtifactFolder(folder / "artifacts"),
                LocalWorkspaces(folder / "workspaces"),
                Conversations(self.database, now),
                Spending(self.database, now),
                now,
            ),
            now,
            slots=SLOTS,
        )
        self.rescuer = Rescuer(self.engine, every=timedelta(seconds=0.5))
        self.worker.start()
        self.rescuer.start()

    def until_ended(self, task: TaskId) -> None:
        pause = threading.Event()
        while True:
            with self.database.read() as tx:
                view = reading.task_view(tx, task)
            if view is not None and view.status.ended:
                return
            pause.wait(0.02)

    def fan_out(self, size: int) -> tuple[float, float]:
        """Seconds from the first start to the last end, and from submission to the end."""
        began = time.perf_counter()
        task = self.engine.submit(Request(str(size)))
        self.until_ended(task)
        whole = time.perf_counter() - began
        with self.database.read() as tx:
            steps = [each for each in reading.subtask_views(tx, task) if each.capability == "no.op"]
        starts = [each.started for each in steps if each.started]
        ends = [each.ended for each in steps if each.ended]
        return (max(ends) - min(starts)).total_seconds(), whole

    def submit_to_start(self) -> list[float]:
        """Seconds, one after another on an idle engine."""
        waits = []
        for _ in range(SUBMITS):
            task = self.engine.submit(Request("1"))
            self.until_ended(task)
            with self.database.read() as tx:
                view = reading.task_view(tx, task)
                first = reading.subtask_views(tx, task)[0]
            if view is not None and first.started is not None:
                waits.append((first.started - view.created).total_seconds())
        return waits

    def close(self) -> None:
        self.rescuer.stop()
        self.worker.drain(10)
        self.database.close()


def moved(url: str, tasks: int) -> float:
    """Subtasks that threads claim and settle in a second, without a worker; of so many tasks."""
    database = Database(url)
    engine = Engine(database, Dispatcher(database, InProcessQueue(), now), now)
    steps = tuple(Step(SubtaskKey(f"s{n}"), "no.op") for n in range(MOVED // tasks + 1))
    me, todo = WorkerId("benchmark"), []
    for _ in range(tasks):
        task = engine.submit(Request("anything"))
        planning = engine.claim(SubtaskAddress(task, SubtaskKey(PLAN)), me)
        if planning is None:
            raise LookupError(task)
        engine.settle(planning, Succeeded({}, plan=Plan(steps)))
        todo += [SubtaskAddress(task, step.key) for step in steps[1:]]  # without the one that ends the task

    def move(share: Sequence[SubtaskAddress]) -> None:
        for each in share:
            job = engine.claim(each, me)
            if job is None or not engine.settle(job, Succeeded({"n": 1})):
                raise LookupError(each)

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        for ended in [pool.submit(move, todo[n::THREADS]) for n in range(THREADS)]:
            ended.result()
    took = time.perf_counter() - began
    database.close()
    return len(todo) / took


def main() -> None:
    """Rounds of all sizes, small ones as often as they take to last as long: whatever else the machine does
    meets all sizes alike. Medians."""
    configure("error", as_json=False)
    asked = argparse.ArgumentParser()
    asked.add_argument("sizes", nargs="*", type=int, default=[100, 1000, 10_000])
    asked.add_argument("--database", default="", metavar="URL")
    given = asked.parse_args()
    sizes = given.sizes
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{Path(folder) / 'errand.db'}"
        bench = Bench(Path(folder), url)
        bench.fan_out(max(sizes[0], 100))  # warm
        runs: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
        for _ in range(ROUNDS):
            for size in sizes:
                runs[size] += [bench.fan_out(size) for _ in range(min(max(1, 2000 // size), 10))]
        costs = {size: median(working / size for working, _ in found) for size, found in runs.items()}
        for size, cost in costs.items():
            whole = median(each for _, each in runs[size])
            print(
                f"fan-out {size:>6}: {1 / cost:8.0f} subtasks/s, {cost * 1e3:6.3f} ms each; "
                f"submission to end {whole:6.2f} s"
            )
        waits = bench.submit_to_start()
        cuts = quantiles(waits, n=100)
        print(
            f"submit to first subtask started: p50 {median(waits) * 1e3:.2f} ms, p99 {cuts[98] * 1e3:.2f} ms"
        )
        print(
            f"cost per subtask at {sizes[-1]} against {sizes[0]}: {costs[sizes[-1]] / costs[sizes[0]]:.2f} x"
        )
        bench.close()
        for tasks in (1, THREADS):
            print(
                f"claimed and settled by {THREADS} threads, {tasks} task(s): {moved(url, tasks):.0f} a second"
            )


if __name__ == "__main__":
    main()
