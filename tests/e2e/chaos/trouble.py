"""What goes wrong in a chaos run, and how often."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.chaos.supervising import Supervisor
from tests.servers.services import PostgresServer, RedisServer

WEIGHTS = {
    "worker killed": 6,
    "worker killed with its children": 6,
    "rescuer killed": 3,
    "API killed": 3,
    "Redis emptied": 3,
    "Redis killed": 2,
    "PostgreSQL killed": 2,
}
SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 3.0
"""Between one and the next."""
LONGEST_AWAY_SECONDS = 2.0
"""For so long a server that was killed is away."""


@dataclass
class Trouble:
    """Lives from `start` to `stop`."""

    chance: random.Random
    processes: Supervisor
    redis: RedisServer
    postgres: PostgresServer
    log: Path
    made: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._make, name="trouble")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Raises what kept it from making trouble."""
        self._stopped.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    @property
    def is_over(self) -> bool:
        """Everything happened at least once; or it could not go on."""
        return self.made.keys() == WEIGHTS.keys() or not self._thread.is_alive()

    def _make(self) -> None:
        """First each once, in any order, then by chance."""
        ways, first = self._ways(), self.chance.sample([*WEIGHTS], len(WEIGHTS))
        try:
            while not self._stopped.wait(self.chance.uniform(SHORTEST_SECONDS, LONGEST_SECONDS)):
                (drawn,) = self.chance.choices([*WEIGHTS], [*WEIGHTS.values()])
                name = first.pop() if first else drawn
                self._note(name)
                ways[name]()
                self._note(f"{name}: done")
                self.made[name] += 1
        except (OSError, RuntimeError) as error:
            self._failure = error

    def _ways(self) -> Mapping[str, Callable[[], None]]:
        return {
            "worker killed": lambda: self._kill("worker"),
            "worker killed with its children": lambda: self._kill("worker", with_children=True),
            "rescuer killed": lambda: self._kill("rescuer"),
            "API killed": lambda: self._kill("api"),
            "Redis emptied": self._empty,
            "Redis killed": lambda: self._restart(self.redis),
            "PostgreSQL killed": lambda: self._restart(self.postgres),
        }

    def _note(self, what: str) -> None:
        with self.log.open("a") as log:
            log.write(f"{datetime.now(UTC):%H:%M:%S.%f} {what}\n")

    def _kill(self, kind: str, *, with_children: bool = False) -> None:
        self.chance.choice(self.processes.of(kind)).kill(with_children=with_children)

    def _empty(self) -> None:
        with self.redis.client() as client:
            client.flushall()

    def _restart(self, server: RedisServer | PostgresServer) -> None:
        server.kill()
        self._stopped.wait(self.chance.uniform(0, LONGEST_AWAY_SECONDS))
        server.restart()
