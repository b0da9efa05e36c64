"""How a task that was planned anew is shown, and how a person asks for it."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from errand.config import read_settings
from errand.dispatch import Dispatcher
from errand.domain.ids import SubtaskAddress, SubtaskKey, TaskId, WorkerId
from errand.domain.plan import Plan
from errand.domain.request import Request
from errand.domain.task import Failed, Fault, Outcome, Succeeded
from errand.engine import Engine
from errand.queues.in_process import InProcessQueue
from errand.store.database import Database
from errand.store.home import Home
from tests.frontends.typing_it import Typed
from tests.installation import Clock, step


@pytest.fixture
def engine(errand: Typed) -> Iterator[Engine]:
    """Of another process, where a language model plans."""
    del errand
    with closing(Database(Home(read_settings().home).database_url)) as database:
        database.migrate()
        now = Clock()
        yield Engine(database, Dispatcher(database, InProcessQueue(), now), now, most_replans=2)


def work_off(engine: Engine, task: TaskId, key: str, outcome: Outcome) -> None:
    job = engine.claim(SubtaskAddress(task, SubtaskKey(key)), WorkerId("me"))
    assert job is not None
    assert engine.settle(job, outcome)


def planned(*steps: object, **plan: object) -> Succeeded:
    return Succeeded({"score": 1.0}, plan=Plan(steps, made_by="rules", **plan))  # type: ignore[arg-type]  # as the test names them


@pytest.fixture
def task(engine: Engine) -> TaskId:
    """One step failed, one was dropped, one is new."""
    task = engine.submit(Request("compare them"))
    work_off(engine, task, "plan", planned(step("read", "test.say"), step("old", "test.say", "read")))
    work_off(engine, task, "read", Failed("No such page.", Fault.INPUT))
    revision = planned(step("ask", "test.ask"), step("extra", "test.say", "ask"), supersedes=("read",))
    work_off(engine, task, "plan-2", revision)
    work_off(engine, task, "ask", Failed("Nobody knows.", Fault.INPUT))
    return task


def row(shown: str, name: str) -> str:
    return " ".join(next(line for line in shown.splitlines() if f" {name} " in line).split())


def test_it_is_shown_with_the_revision_that_brought_each_step(errand: Typed, task: TaskId) -> None:
    shown = errand("show", task).out
    assert "Plan:      by rules, sure by 100%, revision 2" in shown
    assert row(shown, "read") == (
        "✗ read test.say 1 1 me 0.0 s "
        "made up for by a later revision of the plan; it had ended so: No such page."
    )
    assert row(shown, "ask").startswith("✗ ask test.ask 2 1 me")


def test_what_was_replaced_names_the_revision_that_goes_on_without_it(
    errand: Typed, engine: Engine, task: TaskId
) -> None:
    engine.retry(task, ["ask"])
    work_off(engine, task, "plan-3", planned(drop=("extra",)))
    assert "revision 3 of the plan goes on without it" in row(errand("show", task).out, "extra")


def test_a_plan_that_was_never_revised_is_shown_without_revisions(errand: Typed) -> None:
    shown = errand("show", errand.task("say hello")["id"]).out
    assert "revision" not in shown
    assert "plan  attempts" not in shown


def test_somebody_who_watches_is_told_why_it_is_planned_anew(errand: Typed, task: TaskId) -> None:
    errand("cancel", task)
    told = errand("watch", task).err
    assert "to be planned anew, because: read did not succeed: No such page." in told
    assert "started: Plan the rest anew, on me" in told
    assert "planned anew: 2 steps by" in told


def test_without_a_language_model_it_is_refused_in_a_sentence(errand: Typed, task: TaskId) -> None:
    ran = errand("replan", task, "shorter")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "errand: Only a language model plans a task anew: set ERRAND_MODEL.\n"


def test_a_remark_must_say_something(errand: Typed, task: TaskId) -> None:
    assert errand("replan", task, " ").err == "errand: The remark is empty.\n"


def test_with_one_it_is_asked_for_once(
    errand: Typed, engine: Engine, task: TaskId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL", "openai:gpt-5")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    work_off(engine, task, "plan-3", Failed("no idea", Fault.INPUT))
    ran = errand("replan", task[:6], "shorter")
    assert ran.out == f"Task {task}: the rest is planned anew (plan-4); `errand up` works on it.\n"
    assert "already" in errand("replan", task, "shorter").err
