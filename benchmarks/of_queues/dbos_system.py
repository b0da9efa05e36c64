"""DBOS: an item is a workflow without steps. `… dbos_system work` is a worker, `… submit` submits."""

import os
import sys
import threading

from benchmarks.of_queues.submitting import OneByOne, no_op, serve
from dbos import DBOS, DBOSClient

QUEUE, WORKFLOW = "items", "compare.no_op"
POLLING_SECONDS = 0.02
"""1 s by default, for which an item would wait half a second in the median."""
THREADS = 4


def work() -> None:
    """Without a limit of the queue's own: a worker takes that many from it only once for each poll."""
    DBOS(
        config={
            "name": "compare",
            "system_database_url": os.environ["COMPARE_DATABASE"],
            "application_version": "1",
            "executor_id": str(os.getpid()),
            "max_executor_threads": THREADS,
            "log_level": "ERROR",
        }
    )
    DBOS.workflow(name=WORKFLOW)(no_op)
    DBOS.launch()
    DBOS.register_queue(QUEUE, polling_interval_sec=POLLING_SECONDS)
    print("ready", flush=True)
    threading.Event().wait()


def submit() -> None:
    client = DBOSClient(system_database_url=os.environ["COMPARE_DATABASE"], application_name="compare")
    serve(
        OneByOne(
            submit=lambda: client.enqueue({"workflow_name": WORKFLOW, "queue_name": QUEUE}),
            started=lambda handle: handle.get_result(polling_interval_sec=POLLING_SECONDS),
        )
    )


if __name__ == "__main__":
    {"work": work, "submit": submit}[sys.argv[1]]()
