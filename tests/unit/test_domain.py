"""Decisions, without a database."""

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, WorkerId, idempotency_key
from errand.domain.patience import Again, Backoff, GivenUp, Patience
from errand.domain.plan import Reference, references
from errand.domain.resolving import look_up, resolve
from errand.domain.task import (
    Failed,
    Fault,
    Job,
    Shortfall,
    SubtaskStatus,
    TaskStatus,
    ending,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def job(attempt: int, max_attempts: int = 3) -> Job:
    address = SubtaskAddress(TaskId("t"), SubtaskKey("k"))
    return Job(address, "x.y", {}, attempt, max_attempts, False, WorkerId("w"), NOW)  # noqa: FBT003  # a record


def shortfall(status: SubtaskStatus, *, optional: bool = False) -> Shortfall:
    return Shortfall("k", "Draw", status, optional, "It did not work", Fault.DEFECT)


@pytest.mark.parametrize(
    ("text", "step", "path"),
    [
        ("read", "read", ()),
        ("read.document", "read", ("document",)),
        ("request.attachments[1].name", "request", ("attachments", 1, "name")),
    ],
)
def test_a_reference_is_read_and_written_alike(text: str, step: str, path: tuple[str | int, ...]) -> None:
    read = Reference.parse(text)
    assert (read.step, read.path, str(read)) == (step, path, text)


@pytest.mark.parametrize("text", ["", ".", "a..b", "a.[x]", ".a"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"reference|invalid literal"):
        Reference.parse(text)


def test_references_are_found_at_any_depth() -> None:
    value: Any = {"a": [{"$from": "x.y"}, {"b": {"$from": "z"}}], "c": "$from"}
    assert [str(each) for each in references(value)] == ["x.y", "z"]


def test_inputs_are_filled_and_what_is_missing_is_left_out() -> None:
    inputs: Any = {
        "one": {"$from": "a.n"},
        "gone": {"$from": "b.n"},
        "list": [{"$from": "a.n"}, {"$from": "b.n"}, 3],
        "said": None,
        "files": {"$from": "request.attachments[0]"},
    }
    assert resolve(inputs, {"a": {"n": 1}}, {"attachments": ["f"]}) == {
        "one": 1,
        "list": [1, 3],
        "said": None,
        "files": "f",
    }


def test_looking_past_the_end_finds_nothing() -> None:
    assert look_up(Reference.parse("a.n[3].x"), {"a": {"n": [1]}}, {}) is None


@pytest.mark.parametrize("fault", [Fault.INPUT, Fault.SETUP])
def test_what_a_person_must_mend_is_not_tried_again(fault: Fault) -> None:
    decided = Patience().after(Failed("no", fault), job(1), NOW, random.Random(1))
    assert decided == GivenUp(SubtaskStatus.FAILED)


@pytest.mark.parametrize("fault", [Fault.TRANSIENT, Fault.DEFECT, Fault.CRASHED])
def test_three_strikes_make_a_dead_letter(fault: Fault) -> None:
    patience, chance = Patience(), random.Random(1)
    assert isinstance(patience.after(Failed("no", fault), job(2), NOW, chance), Again)
    assert patience.after(Failed("no", fault), job(3), NOW, chance) == GivenUp(SubtaskStatus.DEAD)


def test_a_lost_attempt_is_tried_again_at_once_within_its_own_bound() -> None:
    patience, lost = Patience(most_lost=5), Failed("gone", Fault.LOST)
    chance = random.Random(1)
    assert patience.after(lost, job(40, 40), NOW, chance, same_before=3) == Again(NOW)
    assert patience.after(lost, job(40, 99), NOW, chance, same_before=4) == GivenUp(SubtaskStatus.DEAD)


@pytest.mark.parametrize("most_lost", [3, 40])
def test_an_attempt_swept_away_is_tried_again_more_often_than_a_lost_one(most_lost: int) -> None:
    patience, swept = Patience(most_lost=most_lost), Failed("gone", Fault.SWEPT)
    bound, chance = max(most_lost, 20), random.Random(1)
    assert patience.after(swept, job(40, 40), NOW, chance, same_before=bound - 2) == Again(NOW)
    assert patience.after(swept, job(40), NOW, chance, same_before=bound - 1) == GivenUp(SubtaskStatus.DEAD)


def test_who_says_when_to_come_back_is_believed() -> None:
    failed = Failed("busy", Fault.TRANSIENT, retry_after_seconds=7)
    assert Patience().after(failed, job(1), NOW, random.Random(1)) == Again(NOW + timedelta(seconds=7))


@pytest.mark.parametrize("fault", [Fault.TRANSIENT, Fault.BUSY])
def test_who_wants_to_be_left_alone_for_ever_is_asked_again_after_a_day(fault: Fault) -> None:
    failed = Failed("never", fault, retry_after_seconds=float("inf"))
    assert Patience().after(failed, job(1), NOW, random.Random(1)) == Again(NOW + timedelta(days=1))


def test_who_is_busy_is_asked_more_and_more_rarely_and_costs_no_attempt() -> None:
    patience, chance, busy = Patience(), random.Random(1), Failed("busy", Fault.BUSY)
    waits = [patience.after(busy, job(40), NOW, chance, same_before=n) for n in range(19)]
    seconds = [(each.at - NOW).total_seconds() for each in waits if isinstance(each, Again)]
    assert len(seconds) == 19
    assert seconds[0] <= 1
    assert 300 <= seconds[-1] <= 600
    assert patience.after(busy, job(40), NOW, chance, same_before=19) == GivenUp(SubtaskStatus.DEAD)


def test_who_is_busy_is_not_asked_before_its_own_time() -> None:
    busy = Failed("busy", Fault.BUSY, retry_after_seconds=77)
    assert Patience().after(busy, job(3), NOW, random.Random(1)) == Again(NOW + timedelta(seconds=77))


@given(attempt=st.integers(1, 50), seed=st.integers())
def test_the_wait_grows_is_spread_and_bounded(attempt: int, seed: int) -> None:
    backoff = Backoff(first_seconds=1, factor=4, longest_seconds=300)
    waited = backoff.delay(attempt, random.Random(seed)).total_seconds()
    whole = min(4.0 ** (attempt - 1), 300)
    assert whole / 2 <= waited <= whole


def test_a_task_succeeds_only_with_a_result_that_was_checked() -> None:
    assert ending(shortfalls=[], verdict={"passed": True}, has_result=True).status is TaskStatus.SUCCEEDED
    assert ending(shortfalls=[], verdict={"passed": False}, has_result=True).status is TaskStatus.PARTIAL
    assert ending(shortfalls=[], verdict={}, has_result=True).status is TaskStatus.PARTIAL
    assert ending(shortfalls=[], verdict=None, has_result=False).status is TaskStatus.PARTIAL


def test_what_the_check_found_is_said() -> None:
    how = ending(shortfalls=[], verdict={"passed": False, "faults": ["A figure is wrong."]}, has_result=True)
    assert how.missing == ("The check of the result found: A figure is wrong.",)


@pytest.mark.parametrize(
    ("fallen", "status"),
    [
        (shortfall(SubtaskStatus.DEAD), TaskStatus.FAILED),
        (shortfall(SubtaskStatus.FAILED), TaskStatus.FAILED),
        (shortfall(SubtaskStatus.SKIPPED), TaskStatus.FAILED),
        (shortfall(SubtaskStatus.CANCELLED), TaskStatus.CANCELLED),
        (shortfall(SubtaskStatus.DEAD, optional=True), TaskStatus.PARTIAL),
    ],
)
def test_what_fell_short_decides_the_ending(fallen: Shortfall, status: TaskStatus) -> None:
    how = ending(shortfalls=[fallen], verdict={"passed": True}, has_result=True)
    assert how.status is status


def test_a_limit_that_was_reached_makes_it_partial_and_is_said_first() -> None:
    cancelled = shortfall(SubtaskStatus.CANCELLED)
    how = ending(shortfalls=[cancelled], verdict=None, has_result=False, limit_reached="Time is over.")
    assert (how.status, how.missing[0]) == (TaskStatus.PARTIAL, "Time is over.")


def test_what_was_skipped_because_of_another_fault_is_not_put_down_to_the_limit() -> None:
    limited = replace(shortfall(SubtaskStatus.FAILED), key="a", error="All is spent.", fault=Fault.LIMIT)
    other = replace(shortfall(SubtaskStatus.FAILED), key="b", error="It is no PDF.", fault=Fault.INPUT)
    skipped = replace(shortfall(SubtaskStatus.SKIPPED), key="c", error="it needs b, which did not succeed")
    how = ending(shortfalls=[limited, other, skipped], verdict=None, has_result=True)
    assert how.missing == (
        "All is spent.",
        "Not done because of it: Draw.",
        "Draw: It is no PDF.",
        "Draw: it needs b, which did not succeed",
    )


def test_an_idempotency_key_is_of_one_subtask_and_fits_into_a_header() -> None:
    odd = "Ünsägbar: ¶" * 11
    keys = [
        idempotency_key(SubtaskAddress(TaskId(task), SubtaskKey(key)))
        for task in ("k3", "k4")
        for key in ("one", odd)
    ]
    assert len(set(keys)) == 4
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}", each) for each in keys)
