"""Messages to the broker, as Celery and kombu write them, without those: a send takes a third of the time."""

import base64
import json
import os
import socket
import uuid

import redis

from errand.domain.ids import SubtaskAddress
from errand.queues.celery_app import MESSAGE

SEND_ERRORS: tuple[type[Exception], ...] = (OSError, redis.RedisError)
"""Whatever a broker that is away, full or closed to us makes of a message."""
_NO_FOLLOWERS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
_ORIGIN = f"{os.getpid()}@{socket.gethostname()}"


def send(broker: redis.Redis, address: SubtaskAddress, queue: str) -> None:
    """Raises one of SEND_ERRORS."""
    broker.lpush(queue, _envelope(uuid.uuid4().hex, address, queue))


def _envelope(message: str, address: SubtaskAddress, queue: str) -> str:
    """What is in it is the second version of Celery's protocol: docs.celeryq.dev, "Message Protocol". How it
    lies in a list of Redis is kombu's: kombu/transport/virtual/base.py, `Channel.prepare_message`."""
    args = (address.task, address.key)
    body = json.dumps((args, {}, _NO_FOLLOWERS)).encode()
    return json.dumps(
        {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": {
                "lang": "py", "task": MESSAGE, "id": message, "root_id": message, "parent_id": None,
                "group": None, "retries": 0, "eta": None, "expires": None, "timelimit": [None, None],
                "argsrepr": repr(args), "kwargsrepr": "{}", "origin": _ORIGIN, "ignore_result": True,
            },
            "properties": {
                "correlation_id": message, "delivery_mode": 2, "priority": 0, "body_encoding": "base64",
                "delivery_info": {"exchange": "", "routing_key": queue}, "delivery_tag": message,
            },
        }
    )  # fmt: skip
