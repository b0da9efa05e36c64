"""What things are called when a person reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from errand.domain.event import Event, EventType
from errand.domain.ids import TaskId
from errand.domain.json import JsonObject
from errand.domain.question import Question, QuestionKind, QuestionView
from errand.frontends import wording

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def event(kind: EventType, data: JsonObject) -> Event:
    return Event(1, TaskId("t"), "s", kind, data, NOON)


def asked(*choices: str) -> QuestionView:
    kind = QuestionKind.CHOICE if choices else QuestionKind.OPEN
    return QuestionView("q", "t", "s", Question("n", "Which?", kind, choices), NOON, None, None, None)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a \x1b[31mred\x1b[0m word", "a red word"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("over\rwritten", "over\nwritten"),
        ("a\x08b\x00c\x7f", "abc"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("[bold]kept[/bold] 'as' it is\n", "[bold]kept[/bold] 'as' it is\n"),
    ],
)
def test_what_would_steer_a_terminal_is_taken_out(written: str, shown: str) -> None:
    assert wording.plain(written) == shown


def test_a_long_line_ends_in_an_ellipsis() -> None:
    assert wording.line("one  two\nthree four", 11) == "one two th…"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1, "0.0 s"), (0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (125.4, "2 min 05 s"),
     (3599.6, "1 h 00 min"), (7260, "2 h 01 min")],
)  # fmt: skip
def test_a_duration_is_told_in_the_unit_that_fits(seconds: float, shown: str) -> None:
    assert wording.duration(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (999_960, "1.0 MB"), (123_456_789, "123 MB"),
     (5 * 10**12, "5.0 TB")],
)  # fmt: skip
def test_a_size_is_told_in_the_unit_that_fits(count: int, shown: str) -> None:
    assert wording.size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(1, "now"), (59, "59 s ago"), (3700, "1 h ago"), (200_000, "2 d ago")]
)
def test_a_moment_is_told_as_how_long_ago_it_was(seconds: int, shown: str) -> None:
    assert wording.ago(NOON - timedelta(seconds=seconds), NOON) == shown


@pytest.mark.parametrize("kind", EventType)
def test_every_event_has_words_even_when_its_data_is_missing(kind: EventType) -> None:
    assert "{" not in wording.event_sentence(event(kind, {}), "Read a.htm")


def test_braces_in_what_a_person_wrote_are_only_text() -> None:
    told = wording.event_sentence(event(EventType.TASK_SUBMITTED, {"text": "sum {x} {0.__class__}"}), "")

    assert told == "submitted: sum {x} {0.__class__}"


def test_planning_anew_is_told_with_its_reason() -> None:
    ready = wording.event_sentence(event(EventType.SUBTASK_READY, {"why": "It is gone."}), "Plan")
    replanned: JsonObject = {"why": "It is gone.", "steps": 1, "made_by": "rules"}
    done = wording.event_sentence(event(EventType.TASK_REPLANNED, replanned), "Plan")
    assert ready == "to be planned anew, because: It is gone."
    assert done == "planned anew: 1 step by rules, because: It is gone."


def test_a_later_attempt_is_told_as_one() -> None:
    told = wording.event_sentence(event(EventType.SUBTASK_STARTED, {"attempt": 2, "worker": "w"}), "Read")

    assert told == "started again: Read, attempt 2, on w"


def test_an_attempt_that_failed_says_when_the_next_one_comes() -> None:
    again: JsonObject = {"again_at": "2026-01-01T12:01:30+00:00", "error": "It is busy."}
    said = wording.event_sentence(event(EventType.SUBTASK_RETRY, again), "Read")
    assert said == "to be tried again in 1 min 30 s: Read: It is busy."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("2", "large"), ("Large ", "large"), ("sm", "small"), ("", None), ("3", None), ("huge", None)],
)
def test_a_choice_is_made_by_its_number_or_its_words(typed: str, meant: str | None) -> None:
    assert wording.read_answer(asked("small", "large"), typed) == meant


def test_an_open_question_takes_any_words_but_none() -> None:
    assert wording.read_answer(asked(), " blue \n") == "blue"
    assert wording.read_answer(asked(), "  \n") is None
