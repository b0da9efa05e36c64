"""What can be seen besides tasks: capabilities, workers, queues, dead letters."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import JsonValue, TypeAdapter

from errand.domain.task import Fault
from errand.frontends.queueing import queue_json
from errand.frontends.rest.asked import Asked, Known
from errand.frontends.rest.shapes import AgainOut, CapabilityOut, DeadLetterOut

paths = APIRouter(tags=["installation"])
_AS_JSON: TypeAdapter[list[object]] = TypeAdapter(list[object])


@paths.get("/capabilities")
def capabilities(here: Asked) -> list[CapabilityOut]:
    """What can be done here, what not, and why."""
    return [CapabilityOut.of(each) for each in here.service.capabilities()]


@paths.get("/workers")
def workers(here: Asked) -> list[JsonValue]:
    """Who is alive, what each does now and since when, its load and its last failure."""
    return _json([asdict(each) for each in here.service.workers()])


@paths.get("/queues")
def queues(here: Asked) -> list[JsonValue]:
    """What waits and what runs of each capability, counted, and what the broker holds."""
    return _json([queue_json(each) for each in here.service.queues()])


@paths.get("/dead-letters")
def dead_letters(here: Asked, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[DeadLetterOut]:
    """Steps that used up their attempts."""
    return [DeadLetterOut.of(each) for each in here.service.dead_letters(limit)]


@paths.post("/dead-letters/retry")
def retry_all(
    here: Asked, capability: str | None = None, fault: Fault | None = None
) -> dict[str, tuple[str, ...]]:
    """Give all of a kind, or all, new attempts; the steps that run again, by task."""
    again = here.service.retry_dead_letters(capability=capability, fault=fault)
    return {each.task: each.keys for each in again}


@paths.post("/dead-letters/{task}/{key}/retry")
def retry(here: Asked, task: Known, key: str) -> AgainOut:
    """Give it new attempts, and run all that rests on it."""
    return AgainOut(steps=here.service.retry(task, [key]))


def _json(values: list[object]) -> list[JsonValue]:
    as_json: list[JsonValue] = _AS_JSON.dump_python(values, mode="json")
    return as_json
