"""What idle workers cost the servers: `python benchmarks/idle.py [WORKERS]`, 500 unless told otherwise.

Each worker is a real one with connections of its own to Redis, forty capabilities to offer and nothing to do;
a process holds many of them, and they share its connections to PostgreSQL. Processor time of both servers is
given as a share of one core, over half a minute. Goal: 5 % together.
"""

import os
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.of_queues.errand_items import Asked, Began, ItemAbilities
from benchmarks.of_queues.running import started, used
from benchmarks.of_queues.systems import ROOT, Program
from tests.servers.services import PostgresServer, RedisServer

from errand.capability import Capability, Context, capability
from errand.config import Settings, read_settings
from errand.container.distributed import MOST_LOST, Distributed
from errand.dispatch import Dispatcher
from errand.observability.logs import configure
from errand.queues.celery import CeleryQueue
from errand.worker import Worker

WORKERS = 500
PROCESSES = 4
CAPABILITIES = 40
SLOTS = 4
SETTLE_SECONDS = 15.0
"""After the last one has started, until measuring begins."""
MEASURED_SECONDS = 30.0


def idle(given: Asked, context: Context) -> Began:
    """Do nothing."""
    del given, context
    return Began(at=time.time())


class IdleAbilities(ItemAbilities):
    def capabilities(self) -> list[Capability[Any, Any]]:
        return [capability(f"idle.number{n}")(idle) for n in range(CAPABILITIES)]


def main(workers: int) -> None:
    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer())
        postgres = stack.enter_context(PostgresServer(durable=True))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="errand-idle-")))
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "ERRAND_HOME": str(folder),
            "ERRAND_DATABASE_URL": postgres.new_database(),
            "ERRAND_BROKER_URL": redis.url,
        }
        shares = [len(range(n, workers, PROCESSES)) for n in range(PROCESSES)]
        for n, share in enumerate(shares):
            program = Program([sys.executable, str(Path(__file__)), "--work", str(share)], "ready")
            started(program, folder / f"{n}.log", environment, stack)
        print(f"{workers} workers are there", file=sys.stderr)
        time.sleep(SETTLE_SECONDS)
        before = used(redis.pid), used(postgres.pid)
        time.sleep(MEASURED_SECONDS)
        redis_share, postgres_share = (
            100 * (used(pid) - earlier) / MEASURED_SECONDS
            for pid, earlier in zip((redis.pid, postgres.pid), before, strict=True)
        )
        print(
            f"{workers} idle workers: Redis {redis_share:.1f} % of a core, "
            f"PostgreSQL {postgres_share:.1f} %, together {redis_share + postgres_share:.1f} %"
        )


def work(workers: int) -> None:
    """This process is that many workers, until it is ended."""
    settings = read_settings()
    configure(settings.log_level, as_json=settings.log_json)
    installation = Distributed(settings, abilities=IdleAbilities)
    for _ in range(workers):
        _worker(installation, settings).start()
    print("ready", flush=True)
    threading.Event().wait()


def _worker(installation: Distributed, settings: Settings) -> Worker:
    if settings.broker_url is None:
        raise RuntimeError("ERRAND_BROKER_URL is not set.")
    parts = installation.parts
    queue = CeleryQueue(settings.broker_url.get_secret_value())
    engine = parts.engine(Dispatcher(parts.database, queue, parts.clock), most_lost=MOST_LOST)
    return Worker(
        engine, queue, parts.registry, parts.abilities.catalogue, parts.jobs(engine), parts.clock, slots=SLOTS
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else WORKERS)
