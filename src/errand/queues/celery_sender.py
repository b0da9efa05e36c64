"""Messages to the broker, as Celery writes them, without the parts of Celery that are slow and not needed."""

import os
import socket
import ssl
from typing import Any

import kombu
import redis
from kombu.exceptions import KombuError

from errand.domain.ids import SubtaskAddress
from errand.queues.celery_app import MESSAGE, is_encrypted, transport_options

SEND_ERRORS: tuple[type[Exception], ...] = (OSError, redis.RedisError, KombuError)
"""Whatever a broker that is away, full or closed to us makes of a message."""
_NO_FOLLOWERS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


class Sender:
    """One connection, used by one thread at a time. It is made anew by itself after a loss."""

    def __init__(self, broker_url: str, socket_seconds: float) -> None:
        """Raises one of SEND_ERRORS."""
        options = transport_options(socket_seconds=socket_seconds)
        encrypted: Any = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if is_encrypted(broker_url) else None
        connection = kombu.Connection(broker_url, transport_options=options, ssl=encrypted)
        connection.ensure_connection(max_retries=0)  # left to itself it waits two seconds and tries again
        self._producer = kombu.Producer(connection.channel(), serializer="json", auto_declare=False)
        self._origin = f"{os.getpid()}@{socket.gethostname()}"

    def send(self, message: str, address: SubtaskAddress, queue: str) -> None:
        """The second version of Celery's protocol: docs.celeryq.dev, "Message Protocol". Raises one of
        SEND_ERRORS."""
        args = (address.task, address.key)
        self._producer.publish(
            (args, {}, _NO_FOLLOWERS),
            routing_key=queue,
            exchange="",
            correlation_id=message,
            headers={
                "lang": "py", "task": MESSAGE, "id": message, "root_id": message, "parent_id": None,
                "group": None, "retries": 0, "eta": None, "expires": None, "timelimit": [None, None],
                "argsrepr": repr(args), "kwargsrepr": "{}", "origin": self._origin, "ignore_result": True,
            },
        )  # fmt: skip
