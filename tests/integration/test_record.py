"""All that is known of a task, in one document."""

from errand.domain.json import JsonObject
from errand.domain.request import Limits, Request
from errand.store.record import task_record
from tests.installation import TestInstallation, step
from tests.integration.conftest import Make


def record_of(installation: TestInstallation) -> JsonObject:
    task = installation.engine.submit(Request("add up", limits=Limits(wall_seconds=60)))
    with installation.working():
        installation.until(task, lambda seen: seen.status.ended)
    with installation.database.read() as tx:
        return task_record(tx, task, installation.artifacts)


def test_it_tells_who_did_what_when_from_what(make: Make) -> None:
    values = [{"$from": "one.value"}]
    record = record_of(make(step("one", "test.flaky", value=2), step("sum", "test.add", values=values)))
    assert record["request"] == {
        "text": "add up",
        "attachments": [],
        "principal": "local",
        "origin": "cli",
        "limits": {"wall_seconds": 60.0},
    }
    plan = record["plan"]
    assert isinstance(plan, dict)
    subtasks = plan["subtasks"]
    assert isinstance(subtasks, list)
    told = [each for each in subtasks if isinstance(each, dict)]
    assert [(each["key"], each["status"], each["attempts"]) for each in told] == [
        ("plan", "succeeded", 1),
        ("one", "succeeded", 3),
        ("sum", "succeeded", 1),
    ]
    assert told[2]["inputs"] == {"values": values}
    assert all(each["worker"] and each["start"] and each["end"] for each in told)
    jobs = [each["jobs"] for each in told if isinstance(each["jobs"], list)]
    assert [len(each) for each in jobs] == [1, 3, 1]


def test_its_events_have_no_gaps_and_end_with_the_task(make: Make) -> None:
    events = record_of(make(step("one", "test.give")))["events"]
    assert isinstance(events, list)
    told = [each for each in events if isinstance(each, dict)]
    assert [each["number"] for each in told] == list(range(1, len(told) + 1))
    assert (told[0]["type"], told[-1]["type"]) == ("task.submitted", "task.succeeded")
