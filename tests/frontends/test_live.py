"""What a task under way looks like."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console
from rich.text import Text

from errand.domain.event import Event, EventType
from errand.domain.ids import TaskId
from errand.domain.json import JsonObject
from errand.domain.task import SubtaskStatus
from errand.frontends.live import LineView, picture
from errand.frontends.progress import Progress

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


Said = tuple[EventType, str | None, JsonObject]


def told(*events: Said) -> list[Event]:
    return [
        Event(n, TaskId("t"), subtask, kind, data, NOON + timedelta(seconds=n))
        for n, (kind, subtask, data) in enumerate(events, start=1)
    ]


def progress_of(*events: Said) -> Progress:
    progress = Progress()
    for each in told(*events):
        progress.tell(each)
    return progress


def drawn(progress: Progress, width: int, height: int) -> list[str]:
    out = Console(file=io.StringIO(), width=width, height=height, markup=False, emoji=False)
    with out.capture() as captured:
        shown = picture(progress, "t  Do it", Text("*"), NOON + timedelta(seconds=10), width, height)
        out.print(shown)
    return captured.get().splitlines()


STARTED: Said = (EventType.SUBTASK_STARTED, "read", {"attempt": 1, "worker": "host-abcde"})


def test_a_running_step_shows_its_worker_time_and_last_message() -> None:
    said: Said = (EventType.SUBTASK_PROGRESS, "read", {"message": "page [red]3\x1b[2J", "fraction": 0.5})
    lines = drawn(progress_of(STARTED, said), 80, 24)

    row = next(line for line in lines if "read" in line)
    assert row.split() == ["*", "read", "abcde", "9.0", "s", "50%", "page", "[red]3"]


def test_the_whole_worker_is_named_where_there_is_room() -> None:
    assert any("host-abcde" in line for line in drawn(progress_of(STARTED), 120, 24))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (40, 12)])
def test_a_plan_of_any_size_fits_the_screen(width: int, height: int) -> None:
    many: list[Said] = [(EventType.SUBTASK_READY, f"step with a long name {n}", {}) for n in range(500)]
    lines = drawn(progress_of(*many, STARTED), width, height)

    assert len(lines) < height
    assert max(map(len, lines)) <= width
    assert any("* read" in line for line in lines)
    assert "more" in lines[-2]


def test_a_failed_step_keeps_its_time_and_says_why() -> None:
    progress = progress_of(STARTED, (EventType.SUBTASK_FAILED, "read", {"error": "No such page."}))

    row = progress.rows["read"]
    assert (row.status, row.message) == (SubtaskStatus.FAILED, "No such page.")
    assert row.ended == NOON + timedelta(seconds=2)


def test_a_retried_step_is_to_come_again() -> None:
    failed: Said = (EventType.SUBTASK_FAILED, "read", {"error": "No such page."})
    progress = progress_of(STARTED, failed, (EventType.TASK_RETRIED, None, {"subtasks": ["read"]}))

    assert (progress.rows["read"].status, progress.done) == (SubtaskStatus.PENDING, 0)


ANEW: Said = (EventType.SUBTASK_READY, "plan-2", {"why": "Read did not succeed: gone."})
REPLANNED: Said = (EventType.TASK_REPLANNED, "plan-2", {"revision": 2, "superseded": ["read"]})


def test_planning_anew_is_named_at_once_with_what_called_for_it() -> None:
    began: Said = (EventType.SUBTASK_STARTED, "plan-2", {"attempt": 1, "worker": "host-abcde"})
    row = progress_of(STARTED, ANEW, began).rows["plan-2"]
    assert (row.title, row.message) == ("Plan the rest anew", "Read did not succeed: gone.")


def test_what_a_later_plan_makes_up_for_gives_way_to_what_runs() -> None:
    failed: Said = (EventType.SUBTASK_FAILED, "read", {"error": "gone"})
    later: list[Said] = [(EventType.SUBTASK_STARTED, f"s{n}", {"worker": "w"}) for n in range(10)]
    before, after = (
        progress_of(STARTED, failed, *later),
        progress_of(STARTED, failed, ANEW, REPLANNED, *later),
    )
    assert any("read" in line for line in drawn(before, 80, 10))
    assert not any("read" in line for line in drawn(after, 80, 10))


def test_progress_of_one_step_is_told_in_lines_at_most_once_a_second() -> None:
    out, clock = io.StringIO(), iter([0.0, 0.5, 1.5])
    progress = Progress()
    view = LineView(progress, Console(file=out, width=200), lambda: next(clock))
    pages: list[Said] = [(EventType.SUBTASK_PROGRESS, "read", {"message": f"page {n}"}) for n in (1, 2, 3)]
    for each in told(*pages):
        progress.tell(each)
        view.tell(each)

    assert [line.split("s  ")[1] for line in out.getvalue().splitlines()] == ["read: page 1", "read: page 3"]


def test_what_an_agent_does_is_told_in_lines_once() -> None:
    out, progress = io.StringIO(), Progress()
    view = LineView(progress, Console(file=out, width=200))
    said: Said = (EventType.SUBTASK_PROGRESS, "read", {"message": "reader: hands in"})
    for each in told(
        (EventType.SUBTASK_TURN, "read", {"turn": 1}), said, (EventType.SUBTASK_TOOL, "read", {})
    ):
        progress.tell(each)
        view.tell(each)

    assert [line.split("s  ")[1] for line in out.getvalue().splitlines()] == ["read: reader: hands in"]
