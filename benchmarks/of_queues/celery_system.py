"""Bare Celery: messages and results in Redis. A worker imports this; started as a program, it submits."""

import os

from benchmarks.of_queues.submitting import OneByOne, no_op, serve
from celery import Celery

app = Celery("compare", broker=os.environ["COMPARE_REDIS"], backend=os.environ["COMPARE_REDIS"])
app.conf.broker_connection_retry_on_startup = True
item = app.task(no_op)

if __name__ == "__main__":
    serve(OneByOne(submit=item.delay, started=lambda result: result.get()))
