"""Whose subtask is sent next."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from errand.domain.fairness import Held, UnderWay, choose
from errand.domain.ids import Principal, SubtaskAddress, SubtaskKey, TaskId

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def held(principal: str, task: str, position: int, *, rank: int = 0, age: int = 0, parallel: int = 0) -> Held:
    address = SubtaskAddress(TaskId(f"{principal}{task}"), SubtaskKey(f"s{position}"))
    since = NOON - timedelta(seconds=age)
    return Held(address, "web.fetch", Principal(principal), rank, since, position, parallel)


@st.composite
def backlogs(draw: st.DrawFn) -> list[Held]:
    """Each task has one rank and one cap, as it has in the store."""
    found = []
    for principal in draw(st.lists(st.sampled_from("abc"), unique=True, min_size=1)):
        for task in draw(st.lists(st.sampled_from("xyz"), unique=True)):
            rank, parallel = draw(st.integers(-2, 2)), draw(st.integers(0, 3))
            for position in range(draw(st.integers(0, 6))):
                age = draw(st.integers(0, 5))
                found.append(held(principal, task, position, rank=rank, age=age, parallel=parallel))
    return draw(st.permutations(found))


tasks = st.sampled_from([TaskId(f"{principal}{task}") for principal in "abc" for task in "xyz"])
loads = st.builds(
    lambda of_task: UnderWay(_by_principal(of_task), of_task), st.dictionaries(tasks, st.integers(0, 5))
)
rooms = st.integers(0, 20)


def _by_principal(of_task: dict[TaskId, int]) -> dict[Principal, int]:
    counted: Counter[Principal] = Counter()
    for task, count in of_task.items():
        counted[Principal(task[0])] += count
    return counted


@given(backlogs(), rooms, loads)
def test_room_stays_empty_only_when_every_task_that_waits_is_at_its_cap(
    waiting: list[Held], room: int, load: UnderWay
) -> None:
    chosen = choose(waiting, room, load)
    after = load.joined_by(chosen)
    left = [each for each in waiting if each not in chosen and after.has_room_for(each)]
    assert len(chosen) == room or not left


@given(backlogs(), rooms, loads)
def test_nothing_is_sent_twice_and_no_cap_is_passed(waiting: list[Held], room: int, load: UnderWay) -> None:
    chosen = choose(waiting, room, load)
    sent = Counter(each.address.task for each in chosen)
    assert len(chosen) == len({each.address for each in chosen}) <= room
    assert all(
        not each.parallel or load.of_task.get(each.address.task, 0) + sent[each.address.task] <= each.parallel
        for each in chosen
    )


@given(backlogs(), rooms, loads)
def test_who_has_something_left_that_could_run_has_no_less_than_anybody_who_was_served(
    waiting: list[Held], room: int, load: UnderWay
) -> None:
    chosen = choose(waiting, room, load)
    after = load.joined_by(chosen)
    hungry = {each.principal for each in waiting if each not in chosen and after.has_room_for(each)}
    served = {each.principal for each in chosen}
    has = after.of_principal
    assert all(has[one] <= has.get(other, 0) + 1 for one in served for other in hungry)


@given(backlogs(), rooms, loads)
def test_of_one_principal_nothing_goes_before_what_is_more_urgent_and_could_run(
    waiting: list[Held], room: int, load: UnderWay
) -> None:
    chosen = choose(waiting, room, load)
    after = load.joined_by(chosen)
    passed = [each for each in waiting if each not in chosen and after.has_room_for(each)]
    assert all(
        mine.turn < other.turn for mine in chosen for other in passed if mine.principal == other.principal
    )


@given(backlogs(), rooms, loads, st.randoms(use_true_random=False))
def test_the_order_in_which_the_store_names_them_changes_nothing(
    waiting: list[Held], room: int, load: UnderWay, chance: random.Random
) -> None:
    shuffled = [*waiting]
    chance.shuffle(shuffled)
    assert choose(shuffled, room, load) == choose(waiting, room, load)


def test_one_of_another_principal_goes_before_ten_thousand() -> None:
    many = [held("a", "x", n, age=60) for n in range(10_000)]
    chosen = choose([*many, held("b", "y", 0)], 4, UnderWay({Principal("a"): 8}))
    assert chosen[0].principal == "b"
    assert [each.principal for each in chosen[1:]] == ["a", "a", "a"]


def test_a_principal_of_twice_the_weight_gets_twice_as_much() -> None:
    waiting = [held(who, "x", n) for who in "ab" for n in range(30)]
    chosen = choose(waiting, 30, UnderWay(), {Principal("a"): 2.0})
    assert Counter(each.principal for each in chosen) == {"a": 20, "b": 10}


def test_the_higher_priority_goes_first_and_then_the_older() -> None:
    low, high, old = held("a", "x", 0, age=9), held("a", "y", 1, rank=-10), held("a", "z", 2, rank=-10, age=5)
    assert choose([low, high, old], 3, UnderWay()) == [old, high, low]
