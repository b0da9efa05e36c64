"""A circuit breaker: a model that does not answer is left alone for a while, by everyone in this process.

    closed ──5 busy faults in a row within 15 min.──► open ──30 s … 10 min──► half open: one call tries
      ▲                                                ▲                          │
      └───────────── it answered ──────────────────────┼──────────────────────────┤
                                                       └── it did not: twice as long

A provider that says when it wants to be asked again is asked again then, whatever the state, and after a day
at the latest.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

from errand.domain.errors import ModelBusy


@dataclass(frozen=True, slots=True)
class Policy:
    most_faults: int = 5
    """So many in a row, and it opens."""
    window_seconds: float = 900.0
    """From the first of them to the last: five calls, one after the other, that nobody answers in time."""
    first_pause: float = 30.0
    longest_pause: float = 600.0
    longest_wish: float = 86_400.0
    """Seconds that a provider is believed when it asks for a pause."""


@dataclass(frozen=True, slots=True)
class State:
    """What a breaker knows; times in seconds of a monotonic clock."""

    faults: int = 0
    """In a row."""
    row_began: float = 0.0
    pause: float = 0.0
    """How long it opened last; 0: it is closed."""
    open_until: float = 0.0
    asked_not_before: float = 0.0
    """The provider's own wish."""
    trying: bool = False
    """Half open, and the one call is on its way."""


def wait_before(state: State, now: float) -> float:
    """Seconds until a call may be made; 0: now."""
    if state.trying:
        return state.pause
    return max(0.0, max(state.open_until, state.asked_not_before) - now)


def after_success(state: State, now: float) -> State:
    """It answers: everything but the provider's own wish is forgotten."""
    del now
    return State(asked_not_before=state.asked_not_before)


def after_nothing(state: State, now: float, *, trial: bool) -> State:
    """After a call that says nothing of the model: it was never made, or broken off, or badly answered."""
    del now
    return replace(state, trying=state.trying and not trial)


def after_fault(state: State, now: float, policy: Policy, *, trial: bool, retry_after: float | None) -> State:
    """After a call that found the model busy."""
    if retry_after is not None:
        until = max(state.asked_not_before, now + min(retry_after, policy.longest_wish))
        return replace(state, asked_not_before=until, trying=state.trying and not trial)
    if trial:
        pause = min(state.pause * 2, policy.longest_pause)
        return replace(state, pause=pause, open_until=now + pause, trying=False)
    if state.pause:  # it set out before the breaker opened
        return state
    fresh = state.faults == 0 or now - state.row_began > policy.window_seconds
    counted = replace(state, faults=1, row_began=now) if fresh else replace(state, faults=state.faults + 1)
    if counted.faults < policy.most_faults:
        return counted
    return replace(counted, pause=policy.first_pause, open_until=now + policy.first_pause)


class Breaker:
    """One per model, shared by the threads of a process."""

    def __init__(self, model: str, clock: Callable[[], float], policy: Policy | None = None) -> None:
        """`clock`: monotonic, in seconds."""
        self._model, self._clock, self._policy = model, clock, policy or Policy()
        self._state = State()
        self._lock = Lock()

    @property
    def open_seconds(self) -> float:
        """How long calls are still held back; 0: they are not."""
        with self._lock:
            return wait_before(self._state, self._clock())

    @contextmanager
    def call(self) -> Iterator[None]:
        """One call to the model. Raises ModelBusy, with the time to wait, when none may be made now."""
        trial = self._enter()
        outcome: Callable[[State, float], State] = partial(after_nothing, trial=trial)
        try:
            yield
        except ModelBusy as busy:
            outcome = partial(
                after_fault, policy=self._policy, trial=trial, retry_after=busy.retry_after_seconds
            )
            raise
        else:
            outcome = after_success
        finally:
            with self._lock:
                self._state = outcome(self._state, self._clock())

    def _enter(self) -> bool:
        with self._lock:
            seconds = wait_before(self._state, self._clock())
            if seconds > 0:
                raise ModelBusy(
                    f"{self._model} did not answer the last calls or asked for a pause; it is asked again in "
                    f"{max(1.0, seconds):.0f} s.",
                    retry_after_seconds=seconds,
                )
            trial = self._state.pause > 0
            if trial:
                self._state = replace(self._state, trying=True)
            return trial
