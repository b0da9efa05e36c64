"""The states of a worker are as docs/states.md draws them."""

import re
from pathlib import Path

from errand.domain.worker import WorkerState, may_become


def test_a_worker_changes_as_it_is_drawn() -> None:
    text = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
    drawn = re.findall(r"(\w+) --> (\w+)", text.split("## Worker")[1].split("## ")[0])
    changes = {(now, then) for now in WorkerState for then in WorkerState if may_become(now, then)}
    assert {(now.value, then.value) for now, then in changes if now is not then} == set(drawn)


def test_what_has_stopped_is_over_and_what_is_lost_may_come_back() -> None:
    after_stopped = {state for state in WorkerState if may_become(WorkerState.STOPPED, state)}
    after_lost = {state for state in WorkerState if may_become(WorkerState.LOST, state)}
    assert after_stopped == {WorkerState.STOPPED}
    assert {WorkerState.IDLE, WorkerState.BUSY, WorkerState.DRAINING} < after_lost


def test_only_what_lives_and_does_not_drain_takes_messages() -> None:
    assert {state for state in WorkerState if state.takes} == {
        WorkerState.STARTING,
        WorkerState.IDLE,
        WorkerState.BUSY,
    }
