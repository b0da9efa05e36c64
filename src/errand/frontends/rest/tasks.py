"""Tasks: hand one in, look at it, follow it, decide about it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request

from errand.domain.ids import TaskId
from errand.domain.task import TaskStatus
from errand.frontends.rest.asked import Asked, Known, asked
from errand.frontends.rest.shapes import (
    AgainOut,
    CancelledOut,
    EventOut,
    QuestionOut,
    SubtaskOut,
    TaskOut,
    WholeTask,
)
from errand.frontends.rest.uploads import Handed, handed_in
from errand.service import Service

LOOK_SECONDS = 0.25
"""Between two looks for new events."""
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/TaskIn"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["text"],
                "properties": {
                    "text": {"type": "string"},
                    "limits": {"type": "string", "description": "JSON, as in application/json."},
                    "priority": {"type": "integer"},
                    "parallel": {"type": "integer"},
                    "attachments": {"type": "array", "items": {"type": "string", "format": "binary"}},
                },
            }
        },
    },
}


paths = APIRouter(tags=["tasks"])


@paths.post("/tasks", status_code=201, openapi_extra={"requestBody": _BODY})
async def submit(
    request: Request, idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None
) -> TaskOut:
    """Hand in a task, with files where there are any. Handed in again with the same `Idempotency-Key`, for
    example because the answer was lost, it is the same task; another request by that key gets 422."""
    async with handed_in(request) as handed:
        return await run_sync(_submit, asked(request).service, handed, idempotency_key)


@paths.get("/tasks")
def tasks(
    here: Asked,
    status: TaskStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    before: str | None = None,
) -> list[TaskOut]:
    """The newest first; `before` the id of the last one that was shown, for those that come after it."""
    shown = None if before is None else here.service.find(before)
    return [TaskOut.of(each) for each in here.service.tasks(status, limit, before=shown)]


@paths.get("/tasks/{task}")
def task(here: Asked, task: Known) -> WholeTask:
    """With its steps, and the questions that wait for an answer. An id may be cut short where it is clear."""
    return WholeTask(
        task=TaskOut.of(here.service.task(task)),
        steps=[SubtaskOut.of(each) for each in here.service.subtasks(task)],
        questions=[QuestionOut.of(each) for each in here.service.questions(task)],
    )


@paths.get("/tasks/{task}/events")
def events(here: Asked, task: Known, after: Annotated[int, Query(ge=0)] = 0) -> list[EventOut]:
    """At most 1,000, from the one after that number on; ask again from the last one's number."""
    return [EventOut.of(each) for each in here.service.events(task, after)]


@dataclass(frozen=True, slots=True)
class Cursor:
    task: TaskId
    after: int


def cursor(
    here: Asked,
    task: Known,
    after: Annotated[int, Query(ge=0)] = 0,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> Cursor:
    """Raises 204 when nothing more will come: a browser then stops asking."""
    at = after if last_event_id is None else last_event_id
    if here.service.task(task).status.ended and not here.service.events(task, at):
        raise HTTPException(204)
    return Cursor(task, at)


@paths.get("/tasks/{task}/events/stream", response_class=EventSourceResponse)
async def stream(here: Asked, start: Annotated[Cursor, Depends(cursor)]) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events as they come, until the task has ended; goes on after `Last-Event-ID`."""
    at, ended = start.after, False
    while not ended and not here.is_stopping():
        seen = await run_sync(here.service.task, start.task)
        ended = seen.status.ended  # before the events: once it has ended, all of them are there
        while news := await run_sync(here.service.events, start.task, at):
            for event in news:
                shown = EventOut.of(event).model_dump_json()
                yield ServerSentEvent(raw_data=shown, event=event.type, id=str(event.number))
            at = news[-1].number
        await anyio.sleep(0 if ended else LOOK_SECONDS)


@paths.post("/tasks/{task}/cancel")
def cancel(here: Asked, task: Known) -> CancelledOut:
    """What it made so far is kept."""
    return CancelledOut(cancelled=here.service.cancel(task))


@paths.post("/tasks/{task}/retry")
def retry(here: Asked, task: Known, step: Annotated[list[str] | None, Query()] = None) -> AgainOut:
    """Run again what did not succeed, or these steps, and all that rests on it."""
    return AgainOut(steps=here.service.retry(task, step or ()))


def _submit(service: Service, handed: Handed, key: str | None) -> TaskOut:
    wanted = handed.wanted
    task = service.submit(
        wanted.text,
        handed.attachments,
        limits=wanted.limits.limits(),
        origin="api",
        priority=wanted.priority,
        parallel=wanted.parallel,
        key=key,
    )
    return TaskOut.of(service.task(task))
