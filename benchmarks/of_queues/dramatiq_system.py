"""Dramatiq: messages and results in Redis. A worker imports this; started as a program, it submits."""

import os

import dramatiq
from benchmarks.of_queues.submitting import OneByOne, no_op, serve
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

LONG_ENOUGH_MS = 120_000

broker = RedisBroker(url=os.environ["COMPARE_REDIS"])
broker.add_middleware(Results(backend=RedisBackend(url=os.environ["COMPARE_REDIS"])))
dramatiq.set_broker(broker)
item = dramatiq.actor(no_op, store_results=True)

if __name__ == "__main__":
    serve(
        OneByOne(
            submit=item.send,
            started=lambda message: message.get_result(block=True, timeout=LONG_ENOUGH_MS),
        )
    )
