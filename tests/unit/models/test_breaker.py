"""When a model is left alone, and for how long."""

from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from errand.domain.errors import BadReply, ModelBusy
from errand.models.breaker import Breaker, Policy


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def breaker(clock: Clock) -> Breaker:
    return Breaker("openai:gpt-5", clock, Policy(most_faults=3, window_seconds=60.0))


def call(asked: Breaker, fault: Exception | None = None) -> None:
    with asked.call():
        if fault is not None:
            raise fault


def busy(asked: Breaker, retry_after: float | None = None) -> None:
    with pytest.raises(ModelBusy, match="down"):
        call(asked, ModelBusy("It is down.", retry_after_seconds=retry_after))


def held_back(asked: Breaker) -> float | None:
    with pytest.raises(ModelBusy, match="openai:gpt-5 did not answer") as refused:
        call(asked)
    return refused.value.retry_after_seconds


def opened(clock: Clock) -> Breaker:
    made = breaker(clock)
    for _ in range(3):
        busy(made)
    return made


def test_it_opens_after_faults_in_a_row_and_says_when_to_ask_again() -> None:
    asked = opened(Clock())

    assert held_back(asked) == 30.0
    assert asked.open_seconds == 30.0


def test_an_answer_between_two_faults_begins_a_new_row() -> None:
    asked = breaker(Clock())
    busy(asked)
    busy(asked)
    call(asked)
    busy(asked)
    busy(asked)

    call(asked)


def test_faults_that_lie_far_apart_are_no_row() -> None:
    clock = Clock()
    asked = breaker(clock)
    busy(asked)
    busy(asked)
    clock.now += 61.0
    busy(asked)

    call(asked)


def test_one_call_tries_when_the_pause_is_over_and_the_others_wait() -> None:
    clock = Clock()
    asked = opened(clock)
    clock.now += 30.0

    with asked.call():
        assert held_back(asked) == 30.0
    call(asked)


def test_a_trial_that_fails_doubles_the_pause_up_to_ten_minutes() -> None:
    clock = Clock()
    asked = opened(clock)
    pauses = []
    for _ in range(6):
        clock.now += asked.open_seconds
        busy(asked)
        pauses.append(asked.open_seconds)

    assert pauses == [60.0, 120.0, 240.0, 480.0, 600.0, 600.0]


def test_after_a_trial_that_was_answered_all_may_call() -> None:
    clock = Clock()
    asked = opened(clock)
    clock.now += 30.0
    call(asked)
    busy(asked)
    busy(asked)

    call(asked)


@pytest.mark.parametrize("fault", [BadReply("unreadable"), KeyboardInterrupt()])
def test_a_trial_that_says_nothing_of_the_model_leaves_the_next_one_to_try(fault: BaseException) -> None:
    clock = Clock()
    asked = opened(clock)
    clock.now += 30.0
    with pytest.raises(type(fault)), asked.call():
        raise fault

    call(asked)


def test_calls_that_were_on_their_way_when_it_opened_do_not_prolong_the_pause() -> None:
    clock = Clock()
    asked = breaker(clock)
    with ExitStack() as late:
        late.enter_context(pytest.raises(ModelBusy, match="late"))
        late.enter_context(asked.call())
        for _ in range(3):
            busy(asked)
        clock.now += 10.0
        raise ModelBusy("It came late.")

    assert asked.open_seconds == 20.0


def test_the_time_that_a_provider_names_holds_for_everyone_and_is_no_fault() -> None:
    clock = Clock()
    asked = breaker(clock)
    for _ in range(9):
        busy(asked, retry_after=7.0)
        assert held_back(asked) == 7.0
        clock.now += 7.0

    call(asked)


def test_a_provider_that_names_no_end_is_asked_again_after_a_day() -> None:
    asked = breaker(Clock())
    busy(asked, retry_after=float("inf"))

    assert asked.open_seconds == 86_400.0


def test_calls_one_after_the_other_that_end_at_their_time_limit_are_a_row() -> None:
    clock = Clock()
    asked = Breaker("openai:gpt-5", clock)
    for _ in range(5):
        clock.now += 125.0
        busy(asked)

    assert asked.open_seconds == 30.0
