"""An attempt after a crash goes on from what was recorded, wherever it was."""

from dataclasses import dataclass, field, replace
from typing import TypeVar

import pytest

from errand.agents.agent import Bounds
from errand.capability import ArtifactRef
from errand.domain.json import JsonObject
from errand.model import Traits
from errand.models.scripted import calling, saying
from errand.testing import FolderContext
from tests.unit.agents import desk
from tests.unit.agents.conftest import Sit
from tests.unit.agents.desk import Desk, adder, handing_in

R = TypeVar("R", bound=ArtifactRef)

REPLIES = (
    calling(("desk_write", {"text": "one"}), ("desk_write", {"text": "two"})),
    calling(("desk_write", {"text": "long " * 2_000, "name": "long.md"})),
    calling(("desk_read", {"notes": "long.md"}), ("desk_add", {"figures": [1, 2]})),
    saying("Well."),
    calling(("desk_read", {"notes": "notes (2).md"}), ("desk_fly", {}), ("desk_refuse", {"figures": [1]})),
    handing_in(5),
    calling(("desk_add", {"figures": [3]})),
    calling(("read_on", {"file": "shown-7.txt"})),
    handing_in(6, source="notes (2).md"),
)
CALLS = [
    "write notes.md", "write notes.md", "write long.md", "read long.md", "add [1, 2]", "read notes (2).md",
    "refuse", "add [3]",
]  # fmt: skip
MOST_RECORDS = 24
AGENT = adder(bounds=Bounds(turns=10), accept=lambda given, _: ["Too small."] if given.total < 6 else ())
SMALL = Traits(context_tokens=15_000)
"""Small enough that results are shortened on the way."""


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Mortal(FolderContext):
    """A process that dies while it records: just after a record, or just before it is durable."""

    records_left: int = MOST_RECORDS
    loses_the_last: bool = False

    def record_turn(self, turn: JsonObject, told: JsonObject | None = None) -> None:
        self.records_left -= 1
        if self.loses_the_last and self.records_left == 0:
            raise Killed
        super().record_turn(turn, told)
        if self.records_left == 0:
            raise Killed


def killed_after(at: Desk, records: int, *, loses_the_last: bool = False) -> None:
    """One attempt that dies, and the next one's context with what it left."""
    at.context = Mortal(at.folder, records_left=records, loses_the_last=loses_the_last)
    with pytest.raises(Killed):
        at.run(AGENT)
    at.context = FolderContext(at.folder, recorded=at.context.recorded, attempt=2)


def test_without_a_crash_the_conversation_has_as_many_records_as_the_tests_below_kill_after(sit: Sit) -> None:
    at = sit(*REPLIES, capable=SMALL)
    at.run(AGENT)

    assert len(at.context.recorded) == MOST_RECORDS
    assert desk.calls == CALLS
    assert any(each["kind"] == "shortened" for each in at.context.recorded)


@pytest.mark.parametrize("records", range(1, MOST_RECORDS + 1))
def test_killed_after_a_record_the_next_attempt_repeats_nothing(sit: Sit, records: int) -> None:
    at = sit(*REPLIES, capable=SMALL)
    killed_after(at, records)

    given = at.run(AGENT)

    assert (given.total, given.source and given.source.name) == (6, "notes (2).md")
    assert desk.calls == CALLS
    assert len(at.models.prompts) == len(REPLIES)
    assert len(at.context.recorded) == MOST_RECORDS


@pytest.mark.parametrize("records", range(1, MOST_RECORDS + 1))
def test_killed_before_a_record_was_durable_only_that_step_is_taken_again(sit: Sit, records: int) -> None:
    at = sit(*REPLIES, capable=SMALL)
    killed_after(at, records, loses_the_last=True)

    given = at.run(AGENT)

    assert (given.total, given.source and given.source.name) == (6, "notes (2).md")
    assert (len(desk.calls) - len(CALLS)) + (len(at.models.prompts) - len(REPLIES)) in (0, 1)


@pytest.mark.parametrize("records", range(1, MOST_RECORDS))
def test_the_prompts_after_a_crash_are_those_without_one(sit: Sit, records: int) -> None:
    whole = sit(*REPLIES, capable=SMALL)
    whole.run(AGENT)
    at = sit(*REPLIES, capable=SMALL)
    killed_after(at, records)
    at.run(AGENT)

    assert at.models.prompts == whole.models.prompts


def test_killed_in_each_attempt_after_one_record_it_still_comes_to_its_end(sit: Sit) -> None:
    at = sit(*REPLIES, capable=SMALL)
    for _ in range(MOST_RECORDS):
        killed_after(at, 1)

    assert at.run(AGENT).total == 6
    assert (desk.calls, len(at.models.prompts)) == (CALLS, len(REPLIES))


def test_what_was_made_before_the_crash_counts_as_made_after_it(sit: Sit) -> None:
    at = sit(*REPLIES)
    killed_after(at, 3)
    at.context = after = Adopting(at.folder, recorded=at.context.recorded)
    at.run(AGENT)

    assert after.adopted == ["notes: notes.md"]


@dataclass
class Adopting(FolderContext):
    """Remembers what was adopted."""

    adopted: list[str] = field(default_factory=list)

    def adopt(self, kind: type[R], ref: ArtifactRef) -> R:
        self.adopted.append(f"{kind.kind}: {ref.name}")
        return super().adopt(kind, ref)


def test_instructions_of_a_later_version_go_with_the_recorded_first_message(sit: Sit) -> None:
    at = sit(*REPLIES)
    killed_after(at, 2)
    later = replace(AGENT, instructions="# Add up\n\nAdd up carefully.")
    at.run(later)

    assert at.models.prompts[0].messages[0] == at.models.prompts[-1].messages[0]
    assert "carefully" in at.models.prompts[-1].instructions


def test_bounds_count_over_all_attempts(sit: Sit) -> None:
    add = calling(("desk_add", {"figures": [1]}))
    at = sit(script=lambda prompt: handing_in(1) if "last turn" in repr(prompt.messages[-1]) else add)
    of_four = adder(bounds=Bounds(turns=4))
    for _ in range(3):
        at.context = Mortal(at.folder, records_left=3, recorded=at.context.recorded)
        with pytest.raises(Killed):
            at.run(of_four)
    at.context = FolderContext(at.folder, recorded=at.context.recorded)

    assert at.run(of_four).total == 1
    assert len(at.models.prompts) == 4
