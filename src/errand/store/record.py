"""All that is known of a task, in one JSON document: what was asked, planned, done, by whom, from what."""

import json
from collections import defaultdict
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from errand.domain.budget import CostsBy
from errand.domain.errors import NotFound
from errand.domain.ids import TaskId
from errand.domain.json import Json, JsonObject
from errand.domain.task import SubtaskView, TaskView
from errand.store import reading, reserving
from errand.store.artifacts import Artifacts

FORMAT = "errand.task/1"
CLAIMS = "claims"
"""Artifacts of this kind list, under `claims`, what a result says and on what each of it rests."""


def task_record(tx: Connection, task_id: TaskId, stored: Artifacts) -> JsonObject:
    """Raises NotFound when there is no such task."""
    view = reading.task_view(tx, task_id)
    if view is None:
        raise NotFound(f"There is no task {task_id}; `errand tasks` lists them.")
    made = reading.artifacts(tx, task_id)
    jobs: defaultdict[Json, list[Json]] = defaultdict(list)
    for each in reading.jobs(tx, task_id):
        jobs[str(each["subtask"])].append(each)
    subtasks = [_subtask(each, jobs[each.address.key]) for each in reading.subtask_views(tx, task_id)]
    plan = reading.plan_of(tx, task_id)
    return {
        "format": FORMAT,
        "id": task_id,
        "request": _request(view),
        "status": view.shown_status,
        "missing": list(view.missing),
        "fault": view.fault,
        "created": _time(view.created),
        "ended": _time(view.ended),
        "plan": {**plan, "revision": view.revision, "subtasks": [*subtasks]},
        "questions": [
            {
                "id": each.id,
                "subtask": each.subtask,
                "text": each.question.text,
                "choices": list(each.question.choices),
                "answer": each.answer,
                "answered_by": each.answered_by,
            }
            for each in reading.questions(tx, task_id, only_open=False)
        ],
        "spending": [
            asdict(each) for each in reserving.costs(tx, CostsBy.MODEL, task_id=task_id, since=None)
        ],
        "result": view.result,
        "artifacts": [*made],
        "sources": _sources(view, made, stored),
        "events": _events(tx, task_id),
    }


def _request(view: TaskView) -> JsonObject:
    return {
        "text": view.text,
        "attachments": [*view.attachments],
        "principal": view.principal,
        "origin": view.origin,
        "limits": view.limits,
    }


def _subtask(view: SubtaskView, jobs: list[Json]) -> JsonObject:
    return {
        "key": view.address.key,
        "capability": view.capability,
        "title": view.title,
        "status": view.status,
        "optional": view.optional,
        "score": view.score,
        "because": view.because,
        "needs": list(view.needs),
        "inputs": view.inputs,
        "output": view.output,
        "attempts": view.attempt,
        "jobs": jobs,
        "worker": view.worker,
        "start": _time(view.started),
        "end": _time(view.ended),
        "error": view.error,
        "fault": view.fault,
        "revision": view.revision,
        "superseded": view.superseded,
    }


def _sources(view: TaskView, made: list[JsonObject], stored: Artifacts) -> JsonObject:
    """The files that were given, and each claim of the result with the places it rests on.

    A stored file that somebody deleted is listed among the artifacts, but its claims are not known any more.
    """
    claims: list[Json] = []
    for each in made:
        if each["kind"] == CLAIMS and isinstance(each["sha256"], str) and stored.holds(each["sha256"]):
            held = json.loads(stored.get(each["sha256"]))
            claims += held[CLAIMS]
    return {"documents": [*view.attachments], "claims": claims}


def _events(tx: Connection, task_id: TaskId) -> list[Json]:
    listed: list[Json] = []
    after = 0
    while found := reading.events(tx, task_id, after):
        after = found[-1].number
        listed += [
            {
                "number": each.number,
                "time": _time(each.time),
                "type": each.type,
                "subtask": each.subtask,
                "data": each.data,
            }
            for each in found
        ]
    return listed


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
