"""What a store full of finished tasks costs: `python benchmarks/full_store.py [FULL [FEW]]`.

Each listing of the service and each step of the work, with FEW (1,000) and with FULL (100,000) finished tasks
in the store, on both databases: medians. Goal: nothing takes more than twice as long.
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
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

ROUNDS, TIMES = 5, 5
"""In each round everything that is asked is asked so often."""
ITEMS = 5
"""Of each finished task."""
WORKED = 20
"""Items that are claimed and settled in a round, one after another."""
Times = Mapping[str, Sequence[float]]
"""Seconds, by what took them."""


def main() -> None:
    configure("error", as_json=False)
    given = [int(each) for each in sys.argv[1:]]
    full, few = given + [100_000, 1_000][len(given) :]
    with TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / name}.db" for name in ("few", "full")]
        measure("SQLite", urls, Path(folder), (few, full))
    with TemporaryDirectory() as folder, PostgresServer(durable=True) as server:
        measure("PostgreSQL", [server.new_database() for _ in range(2)], Path(folder), (few, full))


def measure(name: str, urls: Sequence[str], folder: Path, sizes: Sequence[int]) -> None:
    """The two stores take turns, so that whatever else the machine does meets both."""
    with ExitStack() as stack:
        stores = [stack.enter_context(store_alone(url, folder)) for url in urls]
        originals = [filled(store, size) for store, size in zip(stores, sizes, strict=True)]
        taken: list[dict[str, list[float]]] = [{}, {}]
        for _ in range(ROUNDS):
            for store, original, all_of_it in zip(stores, originals, taken, strict=True):
                for step, seconds in {**working(store), **asking(store, original)}.items():
                    all_of_it.setdefault(step, []).extend(seconds)
    print(f"\n| {name}, milliseconds | {sizes[0]:,} | {sizes[1]:,} | times |\n|---|---|---|---|")
    for step in taken[0]:
        few, full = (1000 * median(all_of_it[step]) for all_of_it in taken)
        print(f"| {step} | {few:.2f} | {full:.2f} | {full / few:.1f} |")


def filled(store: StoreAlone, size: int) -> TaskId:
    """One of as many finished tasks."""
    began = time.perf_counter()
    original = store.service.submit(str(ITEMS))
    store.plan(original)
    store.finish(original)
    copy(store.database, original, size - 1)
    store.take_statistics()
    print(f"{size:,} finished tasks after {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return original


def asking(store: StoreAlone, one: TaskId) -> Times:
    service = store.service
    asked: Mapping[str, Callable[[], object]] = {
        "tasks": service.tasks,
        "tasks, failed": lambda: service.tasks(TaskStatus.FAILED),
        "count of open tasks": service.count_open_tasks,
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
    return {name: _taken(each) for name, each in asked.items()}


def working(store: StoreAlone) -> Times:
    began = time.perf_counter()
    task = store.service.submit(str(WORKED))
    submitted = time.perf_counter() - began
    store.plan(task)
    swept = sweeping(store)
    claims, settles = store.finish(task)
    return {"submit": [submitted], "claim": claims, "settle": settles, **swept}


def sweeping(store: StoreAlone) -> Times:
    """What is done again and again, whatever there is to do."""

    def queue_metrics() -> object:
        with store.database.read() as tx:
            return queues(tx, utc_now())

    return {
        "release": _taken(store.dispatcher.release),
        "lost messages": _taken(store.dispatcher.hold_lost),
        "queue metrics": _taken(queue_metrics),
        "what the rescuer looks for": _taken(store.engine.rescue),
    }


def _taken(what: Callable[[], object]) -> Sequence[float]:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        what()
        taken.append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    main()
