"""A queue for many processes: Celery messages on Redis, one list per capability (docs/queue.md)."""

import re
import threading
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from errand.domain.errors import QueueAway, SetupError
from errand.domain.ids import SubtaskAddress
from errand.observability.logs import logger
from errand.queue import Consumer

if TYPE_CHECKING:  # it takes a moment to import, and embedded nobody needs it
    import redis

_log = logger("queue")
_SOCKET_SECONDS = 1.0
"""To connect, and once more for an answer."""


class CeleryQueue:
    """Keeps `errand.queue.Queue`. Building it connects to nothing."""

    def __init__(
        self,
        broker_url: str,
        *,
        name: str = "errand",
        events: bool = False,
        lost_seconds: float = 20.0,
        pause_seconds: float = 2.0,
    ) -> None:
        """`events`: tell Flower what happens. A consumer that asks for nothing for `lost_seconds` although
        the broker answers connects anew. After a failure nothing is sent for `pause_seconds`. Raises
        SetupError when the url can be none of Redis."""
        _check(broker_url)
        self._url, self._name, self._events = broker_url, name, events
        self._lost_seconds, self._pause_seconds = lost_seconds, pause_seconds
        self._lock = threading.Lock()
        self._broker: redis.Redis | None = None
        self._away_until: float | None = None

    def send(self, address: SubtaskAddress, capability: str) -> bool:
        from errand.queues import celery_sender

        with self._lock:
            if self._away_until is not None and time.monotonic() < self._away_until:
                return False
            try:
                celery_sender.send(self._client(), address, self._list_of(capability))
            except celery_sender.SEND_ERRORS as error:
                if self._away_until is None:
                    _log.warning(
                        "The message broker takes no messages; they are sent again.", error=str(error)
                    )
                self._away_until = time.monotonic() + self._pause_seconds
                return False
            if self._away_until is not None:
                _log.warning("The message broker takes messages again.")
            self._away_until = None
            return True

    def serve(
        self, capabilities: Collection[str], handle: Callable[[SubtaskAddress], None], slots: int
    ) -> Consumer:
        from errand.queues.celery_consumer import CeleryConsumer

        return CeleryConsumer(
            self._url, self._client(), [self._list_of(each) for each in capabilities], handle, slots,
            lost_seconds=self._lost_seconds, events=self._events,
        )  # fmt: skip

    def waiting(self, capabilities: Collection[str]) -> dict[str, int]:
        import redis

        try:
            with self._client().pipeline(transaction=False) as pipe:
                for each in capabilities:
                    pipe.llen(self._list_of(each))
                lengths: list[int] = pipe.execute()
        except redis.RedisError as error:
            raise QueueAway(
                f"The message broker does not answer ({error}); see that Redis runs and ERRAND_BROKER_URL is "
                "where it is."
            ) from error
        return {name: length for name, length in zip(capabilities, lengths, strict=True) if length}

    def _list_of(self, capability: str) -> str:
        return f"{self._name}.{capability}"

    def _client(self) -> "redis.Redis":
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        if self._broker is None:
            self._broker = redis.Redis.from_url(
                self._url, socket_timeout=_SOCKET_SECONDS, socket_connect_timeout=_SOCKET_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )  # fmt: skip
        return self._broker


def _check(broker_url: str) -> None:
    """Nothing of what is wrong is repeated: there may be a password in it."""
    try:
        parts = urlsplit(broker_url)
        place = bool(parts.hostname) and parts.port != 0 and re.fullmatch(r"/?\d*", parts.path) is not None
        fits = place and parts.scheme in ("redis", "rediss")
    except ValueError:
        fits = False
    if not fits:
        raise SetupError(
            "ERRAND_BROKER_URL is no address of Redis; write it as redis://:PASSWORD@HOST:6379/0, with "
            "rediss:// for an encrypted connection and special characters of the password as %XX."
        )
