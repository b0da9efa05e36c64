"""Which workers there are, as told by themselves and seen by others."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from errand.domain.ids import WorkerId
from errand.domain.worker import Doing, Offer, Performance, WorkerState, WorkerView, may_become
from errand.store.database import Database
from errand.store.registry import WorkerRegistry
from errand.store.tables import job
from errand.store.tables import worker as worker_table
from tests.installation import Clock

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WEB = {"web.fetch": Offer("none", 60.0), "web.search": Offer("none", 30.0)}
CODE = {"code.run": Offer("workspace", 600.0)}


@pytest.fixture
def clock() -> Clock:
    return Clock(still_at=NOON)


@pytest.fixture
def database(either_url: str) -> Iterator[Database]:
    with closing(Database(either_url)) as opened:
        opened.migrate()
        yield opened


@pytest.fixture
def registry(database: Database, clock: Clock) -> WorkerRegistry:
    return WorkerRegistry(database, clock, remembered=timedelta(0))


def view(name: str, at: datetime = NOON, **kept: object) -> WorkerView:
    seen = WorkerView(
        id=WorkerId(name), host="here", process=1, version="1", pool="", offers=WEB, slots=2,
        state=WorkerState.IDLE, doing=(), load=0.5, failure="", failed_at=None, started=at, heartbeat=at,
    )  # fmt: skip
    return replace(seen, **kept)  # type: ignore[arg-type]  # as the test names them


def states(registry: WorkerRegistry) -> dict[str, WorkerState]:
    return {each.id: each.state for each in registry.workers()}


def test_a_worker_is_seen_as_it_says_it_is(registry: WorkerRegistry) -> None:
    first = view("one", pool="large", state=WorkerState.STARTING)
    registry.register(first)
    assert registry.workers() == [first]
    busy = replace(
        first,
        state=WorkerState.BUSY,
        doing=(Doing("task", "fetch", "web.fetch", NOON),),
        load=1.25,
        failure="web.fetch: The page is gone.",
        failed_at=NOON,
        heartbeat=NOON + timedelta(seconds=2),
    )
    assert registry.beat(busy)
    assert registry.workers() == [busy]


def test_a_heartbeat_changes_the_state_as_far_as_it_may(registry: WorkerRegistry, database: Database) -> None:
    registry.register(view("one"))
    pairs = [(now, then) for now in WorkerState for then in WorkerState]
    heard = {}
    for now, then in pairs:
        with database.write() as tx:
            tx.execute(update(worker_table).values(state=now))
        beat = registry.beat(view("one", state=then))
        heard[now, then] = beat, registry.workers()[0].state
    assert heard == {
        (now, then): (may_become(now, then), then if may_become(now, then) else now) for now, then in pairs
    }


def test_one_that_was_silent_for_too_long_is_lost_until_it_says_that_it_lives(
    registry: WorkerRegistry, clock: Clock
) -> None:
    registry.register(view("silent"))
    registry.register(view("gone", state=WorkerState.STOPPED))
    clock.ahead = timedelta(seconds=31)
    registry.register(view("loud", clock()))
    assert registry.presume_lost(timedelta(seconds=30)) == ["silent"]
    assert registry.presume_lost(timedelta(seconds=30)) == []
    assert states(registry) == {
        "silent": WorkerState.LOST, "loud": WorkerState.IDLE, "gone": WorkerState.STOPPED,
    }  # fmt: skip
    assert registry.beat(view("silent", clock(), state=WorkerState.BUSY))
    assert states(registry)["silent"] is WorkerState.BUSY


def test_of_several_that_look_at_once_each_lost_worker_is_found_by_one(
    registry: WorkerRegistry, clock: Clock
) -> None:
    for n in range(40):
        registry.register(view(f"w{n}"))
    clock.ahead = timedelta(minutes=1)
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(registry.presume_lost, timedelta(seconds=30)) for _ in range(8)]
    lost = [name for each in found for name in each.result()]
    assert len(lost) == len(set(lost))
    assert set(lost) | set(registry.presume_lost(timedelta(seconds=30))) == {f"w{n}" for n in range(40)}


def test_what_is_offered_counts_the_slots_of_workers_that_take(registry: WorkerRegistry) -> None:
    registry.register(view("one"))
    registry.register(view("two", offers=CODE | WEB, slots=3, state=WorkerState.BUSY))
    registry.register(view("leaving", slots=5))
    assert registry.live_offers() == {"web.fetch": 10, "web.search": 10, "code.run": 3}
    registry.beat(view("leaving", slots=5, state=WorkerState.DRAINING))
    registry.leave(WorkerId("one"))
    assert registry.live_offers() == {"web.fetch": 3, "web.search": 3, "code.run": 3}
    registry.presume_lost()
    assert registry.live_offers() == {}


def test_what_is_offered_is_found_out_again_only_after_a_moment(database: Database, clock: Clock) -> None:
    asking = WorkerRegistry(database, clock, remembered=timedelta(days=1))
    assert asking.live_offers() == {}
    WorkerRegistry(database, clock).register(view("elsewhere"))
    assert asking.live_offers() == {}
    asking.register(view("here"))
    assert asking.live_offers() == {"web.fetch": 4, "web.search": 4}


def test_what_a_worker_offered_lately_is_known_for_a_while(registry: WorkerRegistry, clock: Clock) -> None:
    registry.register(view("gone", offers=WEB))
    registry.leave(WorkerId("gone"))
    registry.register(view("here", offers=CODE))
    clock.ahead = timedelta(hours=1)
    assert registry.offered_lately(timedelta(hours=2)) == {"web.fetch", "web.search", "code.run"}
    assert registry.offered_lately(timedelta(minutes=30)) == {"code.run"}


def test_who_lives_comes_first_and_who_was_gone_long_ago_is_forgotten(
    registry: WorkerRegistry, clock: Clock
) -> None:
    hour = timedelta(hours=1)
    registry.register(view("old"))
    registry.register(view("older", NOON - hour))
    registry.register(view("stopped", NOON + hour, state=WorkerState.STOPPED))
    registry.register(view("lost", NOON - hour, state=WorkerState.LOST))
    assert [each.id for each in registry.workers()] == ["old", "older", "stopped", "lost"]
    assert [each.id for each in registry.workers(limit=3)] == ["old", "older", "stopped"]
    clock.ahead = timedelta(days=7)
    assert registry.forget() == 1
    assert registry.forget(timedelta(days=6)) == 1
    assert list(states(registry)) == ["old", "older"]


def test_a_clock_that_is_wrong_shows_against_that_of_the_server(migrated_url: str, tmp_path: Path) -> None:
    away = [timedelta(), timedelta(seconds=20), timedelta(seconds=-20)]
    with closing(Database(migrated_url)) as server:
        seen = [WorkerRegistry(server, Clock(ahead=each)).clock_difference() for each in away]
    assert [round(each.total_seconds() / 10) * 10 for each in seen] == [0, 20, -20]
    with closing(Database(f"sqlite:///{tmp_path / 'errand.db'}")) as file:
        assert WorkerRegistry(file, Clock(ahead=timedelta(days=1))).clock_difference() == timedelta()


def test_success_and_duration_are_told_for_each_capability_and_worker(
    registry: WorkerRegistry, database: Database
) -> None:
    outcomes = ["succeeded"] * 19 + ["dead", "cancelled", "waiting", "handed_back"]
    rows = [
        {
            "task": "task", "subtask": f"s{n}", "attempt": 1, "worker": "ab"[n % 2], "outcome": outcome,
            "capability": "web.fetch", "started": NOON - timedelta(seconds=n + 1), "ended": NOON,
        }
        for n, outcome in enumerate(outcomes)
    ]  # fmt: skip
    day_before = {"subtask": "old", "started": NOON - timedelta(days=2), "ended": NOON - timedelta(days=2)}
    running = {"subtask": "now", "outcome": None, "ended": None}
    with database.write() as tx:
        tx.execute(insert(job), [*rows, rows[0] | day_before, rows[0] | running])
    told = {(each.capability, each.worker): each for each in registry.performance(timedelta(days=1))}
    assert list(told) == [("", "a"), ("", "b"), ("web.fetch", ""), ("web.fetch", "a"), ("web.fetch", "b")]
    assert told["web.fetch", ""] == Performance("web.fetch", "", 20, 19, 10.0, 19.0)
    assert told["web.fetch", ""].success_rate == 0.95
    assert told["", "a"] == replace(told["web.fetch", "a"], capability="")
    assert told["web.fetch", "b"] == Performance("web.fetch", "b", 10, 9, 10.0, 18.0)
