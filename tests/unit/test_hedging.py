"""Which jobs are started once more elsewhere."""

from dataclasses import replace
from datetime import timedelta

from errand.domain.hedging import Room, Running, placed, stragglers
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId
from errand.domain.worker import Performance

FETCH = "web.fetch"
USUAL = {FETCH: Performance(FETCH, "", 30, 20, 1.0, 4.0)}
JOB = Running(SubtaskAddress(TaskId("task"), SubtaskKey("one")), 1, FETCH, "slow", timedelta(seconds=12))


def job(key: str, seconds: float = 12.0) -> Running:
    address = SubtaskAddress(TaskId("task"), SubtaskKey(key))
    return replace(JOB, address=address, ran=timedelta(seconds=seconds))


def room(worker: str, free: int = 1, effects: str = "none") -> Room:
    return Room(worker, {FETCH: effects}, free)


def test_what_runs_so_many_times_longer_than_usual_is_late_and_the_longest_comes_first() -> None:
    early, late, latest = job("early", 11.9), job("late", 12.0), job("latest", 20.0)
    assert stragglers([early, late, latest], USUAL, 3.0) == [latest, late]


def test_nothing_is_late_of_which_too_little_is_known() -> None:
    few = {FETCH: replace(USUAL[FETCH], succeeded=19)}
    none = {FETCH: replace(USUAL[FETCH], p95_seconds=None)}
    assert [stragglers([JOB], usual, 3.0) for usual in ({}, few, none)] == [[], [], []]


def test_no_more_are_placed_than_others_have_slots_for() -> None:
    late = [job(key) for key in ("a", "b", "c")]
    assert placed(late, [room("slow", 5), room("other", 2)]) == late[:2]
    assert placed(late, [room("slow", 5), room("full", 0), room("over", -1)]) == []
    assert placed(late, [room("slow", 5), Room("else", {"web.search": "none"}, 3)]) == []


def test_what_any_worker_says_changes_something_is_not_done_twice() -> None:
    assert placed([JOB], [room("other"), room("newer", 0, "workspace")]) == []
