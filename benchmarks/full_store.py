"""What a store full of finished tasks costs: `python benchmarks/full_store.py [FULL [FEW]]`.

Each listing of the service and each step of the work, with FEW (1,000) and with FULL (100,000) finished tasks
in the store, on both databases: medians. Goal: nothing takes more than twice as long.
"""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.of_queues.filling import copy
from benchmarks.of_queues.store_alone import StoreAlone, store_alone
from tests.servers.services import PostgresServer

from errand.container.parts import utc_now
from errand.domain.budget import CostsBy
from errand.domain.ids import TaskId
from errand.domain.task import TaskStatus
from errand.observability.logs import configure
from errand.store.counting import queues

TIMES = 25
ITEMS = 5
"""Of each finished task."""
TASKS, WORKED = 5, 20
"""So many items of so many tasks are claimed and settled, one after another."""


def main() -> None:
    configure("error", as_json=False)
    given = [int(each) for each in sys.argv[1:]]
    full, few = given + [100_000, 1_000][len(given) :]
    with TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{Path(folder) / 'full.db'}", Path(folder), few, full)
    with TemporaryDirectory() as folder, PostgresServer(durable=True) as server:
        measure("PostgreSQL", server.new_database(), Path(folder), few, full)


def measure(name: str, url: str, folder: Path, few: int, full: int) -> None:
    with store_alone(url, folder) as store:
        report(name, store, few, full)


def report(name: str, store: StoreAlone, few: int, full: int) -> None:
    original = store.service.submit(str(ITEMS))
    store.plan(original)
    store.finish(original)
    store.take_statistics()
    taken, filled = [], 1
    for size in (few, full):
        began = time.perf_counter()
        copy(store.database, original, size - filled)
        store.take_statistics()
        filled = size
        print(f"{name}: {size:,} finished tasks after {time.perf_counter() - began:.0f} s", file=sys.stderr)
        taken.append({**working(store), **asking(store, original)})
    print(f"\n| {name}, milliseconds | {few:,} | {full:,} | times |\n|---|---|---|---|")
    for step, before in taken[0].items():
        after = taken[1][step]
        print(f"| {step} | {1000 * before:.2f} | {1000 * after:.2f} | {after / before:.1f} |")


def asking(store: StoreAlone, one: TaskId) -> Mapping[str, float]:
    service = store.service
    asked: Mapping[str, Callable[[], object]] = {
        "tasks": service.tasks,
        "tasks, failed": lambda: service.tasks(TaskStatus.FAILED),
        "count of tasks": service.count_tasks,
        "find by the beginning of an id": lambda: service.find(one[:6]),
        "a task": lambda: service.task(one),
        "its subtasks": lambda: service.subtasks(one),
        "its events": lambda: service.events(one),
        "its artifacts": lambda: service.artifacts(one),
        "its record": lambda: service.record(one),
        "its costs": lambda: service.costs(CostsBy.MODEL, task=one),
        "costs of today by model": lambda: service.costs(CostsBy.MODEL, days=1),
        "open questions": service.questions,
        "dead letters": service.dead_letters,
        "workers": service.workers,
        "how the jobs of a day went": service.performance,
    }
    return {name: _median(each) for name, each in asked.items()}


def working(store: StoreAlone) -> Mapping[str, float]:
    submits, claims, settles = [], [], []
    sweeps: dict[str, list[float]] = {}
    for _ in range(TASKS):
        began = time.perf_counter()
        task = store.service.submit(str(WORKED))
        submits.append(time.perf_counter() - began)
        store.plan(task)
        for name, seconds in sweeping(store).items():
            sweeps.setdefault(name, []).append(seconds)
        claimed, settled = store.finish(task)
        claims += claimed
        settles += settled
    steps = {"submit": submits, "claim": claims, "settle": settles} | sweeps
    return {name: median(taken) for name, taken in steps.items()}


def sweeping(store: StoreAlone) -> Mapping[str, float]:
    """What is done again and again, whatever there is to do."""

    def queue_metrics() -> object:
        with store.database.read() as tx:
            return queues(tx, utc_now())

    return {
        "release": _median(store.dispatcher.release),
        "lost messages": _median(store.dispatcher.hold_lost),
        "queue metrics": _median(queue_metrics),
        "what the rescuer looks for": _median(store.engine.rescue),
    }


def _median(what: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        what()
        taken.append(time.perf_counter() - began)
    return median(taken)


if __name__ == "__main__":
    main()
