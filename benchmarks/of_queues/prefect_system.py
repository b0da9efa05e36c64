"""Prefect: an item is a run of a served task. `… prefect_system work` is a worker, `… submit` submits."""

import sys

from benchmarks.of_queues.submitting import OneByOne, no_op, serve
from prefect import task
from prefect.task_worker import serve as serve_tasks

THREADS = 4

item = task(no_op, name="compare-no-op", persist_result=True)


def work() -> None:
    serve_tasks(item, limit=THREADS)


def submit() -> None:
    serve(OneByOne(submit=item.delay, started=lambda future: future.result()))


if __name__ == "__main__":
    {"work": work, "submit": submit}[sys.argv[1]]()
