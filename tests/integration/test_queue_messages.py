"""What is sent is what Celery itself would send: a worker of another release, and Flower, read it."""

import base64
import json
from typing import Any

import redis

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.queues.celery import CeleryQueue
from errand.queues.celery_app import MESSAGE, message_app

_DIFFERENT = {"id", "root_id", "origin", "argsrepr", "ignore_result"}
"""Names of the message and its sender, how a tuple or a list prints, and what Celery leaves to its task."""


def test_a_message_is_as_celery_writes_it(broker_url: str) -> None:
    ours = _sent_by_us(broker_url, SubtaskAddress(TaskId("täsk"), SubtaskKey('a "key"')))
    its = _sent_by_celery(broker_url, ["täsk", 'a "key"'])
    assert ours.keys() == its.keys()
    assert (ours["content-type"], ours["content-encoding"]) == (its["content-type"], its["content-encoding"])
    assert _body(ours) == _body(its)
    headers, its_headers = ours["headers"], its["headers"]
    assert headers.keys() <= its_headers.keys()
    same = headers.keys() - _DIFFERENT
    assert {key: headers[key] for key in same} == {key: its_headers[key] for key in same}
    assert ours["properties"].keys() == its["properties"].keys() - {"reply_to"}
    fixed = {"delivery_mode", "delivery_info", "priority", "body_encoding"}
    assert {key: ours["properties"][key] for key in fixed} == {key: its["properties"][key] for key in fixed}


def test_each_message_has_a_name_of_its_own(broker_url: str) -> None:
    address = SubtaskAddress(TaskId("task"), SubtaskKey("key"))
    first, second = _sent_by_us(broker_url, address), _sent_by_us(broker_url, address)
    assert first["headers"]["id"] == first["properties"]["correlation_id"]
    assert first["headers"]["id"] != second["headers"]["id"]


def _sent_by_us(broker_url: str, address: SubtaskAddress) -> dict[str, Any]:
    assert CeleryQueue(broker_url).send(address, "one")
    return _taken(broker_url)


def _sent_by_celery(broker_url: str, args: list[str]) -> dict[str, Any]:
    with message_app(broker_url, events=False) as app:
        app.send_task(MESSAGE, args=args, queue="errand.one")
    return _taken(broker_url)


def _taken(broker_url: str) -> dict[str, Any]:
    with redis.Redis.from_url(broker_url) as broker:
        message: dict[str, Any] = json.loads(broker.rpop("errand.one"))
    return message


def _body(message: dict[str, Any]) -> object:
    return json.loads(base64.b64decode(message["body"]))
