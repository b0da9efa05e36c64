"""What waits and runs is counted exactly, by few rows however much has ended; on either database."""

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event, text

from errand.domain.ids import Principal, SubtaskAddress, TaskId, WorkerId
from errand.domain.plan import Plan
from errand.domain.request import Request
from errand.domain.task import Failed, Fault, Succeeded
from errand.store import backlog, counting, reading, rows, unoffered
from errand.store.changes import insert_subtasks, insert_task
from tests.installation import TestInstallation, address, step

Make = Callable[..., TestInstallation]
ME = WorkerId("me")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENDED = 2_000
_READS_ALL = re.compile(r"SCAN (subtask|s)\b(?!.* ix_subtask_)|Seq Scan on subtask")
"""In a plan of SQLite's or PostgreSQL's: also by an index that holds every row."""


def planned(made: TestInstallation, steps: int) -> TaskId:
    chosen = made.submit()
    job = made.engine.claim(address(chosen, "plan"), ME)
    assert job is not None
    plan = Plan(tuple(step(f"s{n}", "test.give", value=n) for n in range(steps)))
    assert made.engine.settle(job, Succeeded({}, plan=plan))
    return chosen


def test_what_waits_and_runs_is_counted(make: Make) -> None:
    made = make()
    made.clock.still_at = NOON
    chosen = planned(made, 7)
    made.clock.still_at = NOON + timedelta(seconds=10)
    jobs = [made.engine.claim(address(chosen, f"s{n}"), ME) for n in range(3)]
    assert jobs[0] is not None
    assert jobs[1] is not None
    made.engine.settle(jobs[0], Succeeded({"value": 1}))
    made.engine.settle(jobs[1], Failed("Not yet.", Fault.BUSY, 60.0))
    made.clock.still_at = NOON + timedelta(seconds=30)
    view = next(each for each in made.engine.queues() if each.capability == "test.give")
    assert (view.new, view.later, view.pending) == (4, 1, 1)
    assert view.held + view.sent == view.new
    assert (view.oldest_new_seconds, view.oldest_pending_seconds) == (30.0, 20.0)
    assert view.started_per_second == pytest.approx(3 / 60)
    assert view.ended_per_second == pytest.approx(2 / 60)


def test_messages_that_are_gone_are_counted_as_lost_after_a_moment(make: Make) -> None:
    made = make()
    made.clock.still_at = NOON
    planned(made, 3)
    taken = [made.queue.take(frozenset(["test.give"]), threading.Event().is_set) for _ in range(2)]
    assert len(taken) == 2
    made.clock.still_at = NOON + timedelta(seconds=1)
    assert _of(made, "test.give") == (1, 0, 0)
    made.clock.still_at = NOON + timedelta(seconds=3)
    assert _of(made, "test.give") == (1, 2, 0)


def test_messages_without_a_subtask_that_is_due_are_counted_as_repeated(make: Make) -> None:
    made = make()
    chosen = planned(made, 2)
    assert made.engine.claim(address(chosen, "s0"), ME) is not None
    assert _of(made, "test.give") == (2, 0, 1)


def _of(made: TestInstallation, capability: str) -> tuple[int | None, int, int]:
    view = next(each for each in made.engine.queues() if each.capability == capability)
    return view.messages, view.lost, view.repeated


@pytest.fixture
def full(make: Make) -> TestInstallation:
    """A store with many tasks that have ended, and few that wait or run."""
    made = make()
    for _ in range(3):
        chosen = planned(made, 3)
        made.engine.claim(address(chosen, "s0"), ME)
    with made.database.write() as tx:
        for n in range(ENDED // 100):
            _insert_ended(tx, TaskId(f"ended{n}"), 100)
    return made


def _insert_ended(tx: Connection, task_id: TaskId, count: int) -> None:
    row = rows.task_row(task_id, Request("done", principal=Principal("a")), NOON)
    insert_task(tx, row | {"status": "succeeded", "ended": NOON})
    steps = Plan(tuple(step(f"s{n}", "test.give", value=n) for n in range(count)))
    made, _, _ = rows.plan_rows(task_id, steps, NOON, NOON)
    insert_subtasks(tx, [each | {"status": "succeeded", "ended": NOON} for each in made], [])


ASKED: dict[str, Callable[[Connection], object]] = {
    "any_held": lambda tx: backlog.any_held(tx, NOON, None),
    "lines": backlog.lines,
    "under_way": lambda tx: backlog.under_way(tx, NOON),
    "held": lambda tx: backlog.held(
        tx, "test.give", Principal("local"), now=NOON, most=5, without=[TaskId("x")], only=None
    ),
    "take": lambda tx: backlog.take(
        tx, [SubtaskAddress(TaskId("ended1"), address(TaskId("x"), "s1").key)], now=NOON, resend=NOON
    ),
    "sent_before": lambda tx: backlog.sent_before(tx, NOON, NOON),
    "queues": lambda tx: counting.queues(tx, NOON),
    "unoffered": unoffered.unoffered,
    "tasks_unmarked": lambda tx: unoffered.tasks_unmarked(tx, "test.give", now=NOON, most=5),
    "expired": lambda tx: reading.expired(tx, NOON, None),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_has_ended_is_never_scanned(full: TestInstallation, asked: str) -> None:
    with full.database.write() as tx:
        said: list[tuple[str, object]] = []
        listener = lambda _c, _cur, statement, given, _ctx, _many: said.append((statement, given))  # noqa: E731  # as SQLAlchemy calls it
        event.listen(tx, "before_cursor_execute", listener)
        ASKED[asked](tx)
        event.remove(tx, "before_cursor_execute", listener)
        assert said
        plans = [_plan(tx, statement, given) for statement, given in said]
    assert [each for each in plans if _READS_ALL.search(each)] == []


def _plan(tx: Connection, statement: str, given: object) -> str:
    """How the database would carry it out, tables without statistics of their own."""
    how = "EXPLAIN " if tx.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    if tx.dialect.name == "postgresql":
        tx.execute(text("ANALYZE subtask"))
    found = tx.exec_driver_sql(how + statement, given)  # type: ignore[arg-type]  # as it was given
    return "".join(f"{row[-1]}\n" for row in found)
