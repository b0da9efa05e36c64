"""What SQLite forgives and PostgreSQL does not, and what a server does that a file does not."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url

from errand.domain.errors import SetupError, StoreAway, StoreUnavailable
from errand.domain.ids import TaskId, WorkerId
from errand.domain.plan import FROM, Plan, Step
from errand.domain.question import Question
from errand.domain.request import Request
from errand.domain.task import Asked, Failed, Fault, StoredArtifact, Succeeded
from errand.store import reading
from errand.store.database import Database
from errand.store.tables import metadata
from tests.conftest import missing
from tests.installation import LONG_ENOUGH, TestInstallation, address, step
from tests.servers.services import PostgresServer, ProgramMissing

Make = Callable[..., TestInstallation]
ME = WorkerId("me")
RIGHT, WRONG = "right-one", "hush-hush"
MOST_STATEMENTS = 6
"""Of a plain subtask, from its being ready to its end, with what it reads."""


def do(made: TestInstallation, task: TaskId, key: str, outcome: Succeeded | Failed | Asked) -> None:
    job = made.engine.claim(address(task, key), ME)
    assert job is not None
    assert made.engine.settle(job, outcome)


def planned(made: TestInstallation, *steps: Step) -> TaskId:
    task = made.submit()
    do(made, task, "plan", Succeeded({}, plan=Plan(steps)))
    return task


# -- either ----------------------------------------------------------------------------------------------


def test_text_with_nul_characters_is_kept_readable(make: Make) -> None:
    made = make(step("one", "test.give"))
    task = made.engine.submit(Request("any\x00thing"))
    odd = Step(address(task, "a").key, "test.give", title="a\x00b", inputs={"value": "c\x00d"})
    do(made, task, "plan", Succeeded({}, plan=Plan((odd, step("b", "test.give")))))
    do(made, task, "a", Failed("no\x00", Fault.DEFECT, detail="trace\x00"))
    do(made, task, "b", Asked(Question("which", "Which\x00?", choices=("x\x00",))))
    with made.database.read() as tx:
        [asked] = reading.questions(tx, task, only_open=True)
    made.engine.answer(asked.id, "y\x00", "somebody")
    found = made.subtask(task, "a")
    assert (found.title, found.inputs, found.error) == ("a\ufffdb", {"value": "c\x00d"}, "no\ufffd")
    assert (asked.question.text, asked.question.choices) == ("Which\ufffd?", ("x\x00",))
    assert made.view(task).text == "any\ufffdthing"


def test_what_a_plain_success_leaves_is_the_same_on_both(make: Make) -> None:
    made = make(step("one", "test.give"))
    task = planned(
        made, step("a", "test.give"), step("z", "test.give", "a"), step("b", "test.give", "a"),
        step("c", "test.give", "a", "b"),
    )  # fmt: skip
    kept = StoredArtifact("it's.csv", "table", "text/csv", 2_000_000_000, "0" * 64)
    job = made.engine.claim(address(task, "a"), ME)
    assert job is not None
    made.clock.ahead *= 2
    assert made.engine.settle(job, Succeeded({"value": None, "text": 'ü"\\'}, (kept,), ("1" * 64,)))
    with made.database.read() as tx:
        events = [(each.type.value, each.subtask, each.data) for each in reading.events(tx, task, 4)]
        [stored], ran = reading.artifacts(tx, task), reading.jobs(tx, task)[1]
    assert events == [
        ("task.planned", "plan", {"steps": 4}),
        ("subtask.ready", "a", {}),
        ("subtask.started", "a", {"attempt": 1, "worker": "me"}),
        ("subtask.succeeded", "a", {"attempt": 1}),
        ("subtask.ready", "z", {}),
        ("subtask.ready", "b", {}),
    ]
    assert stored == {
        "subtask": "a", "name": "it's.csv", "kind": "table", "media_type": "text/csv",
        "size": 2_000_000_000, "sha256": "0" * 64,
        "provenance": {"capability": "test.give", "attempt": 1, "inputs": ["1" * 64]},
    }  # fmt: skip
    assert (ran["outcome"], ran["error"], ran["attempt"], ran["worker"]) == ("succeeded", "", 1, "me")
    found = made.subtask(task, "a")
    assert (found.status, found.output, found.error) == ("succeeded", {"value": None, "text": 'ü"\\'}, "")
    assert made.statuses(task) == {
        "plan": "succeeded", "a": "succeeded", "z": "ready", "b": "ready", "c": "pending"
    }  # fmt: skip
    assert (made.view(task).open, made.view(task).total) == (3, 5)


def test_no_more_of_a_task_run_at_once_than_it_may(make: Make) -> None:
    made = make(step("one", "test.give"))
    task = made.engine.submit(Request("anything", parallel=2))
    do(made, task, "plan", Succeeded({}, plan=Plan(tuple(step(f"s{n}", "test.give") for n in range(4)))))
    jobs = [made.engine.claim(address(task, f"s{n}"), ME) for n in range(4)]
    assert [job is not None for job in jobs] == [True, True, False, False]
    assert made.statuses(task)["s2"] == "ready"
    assert jobs[0] is not None
    assert made.engine.settle(jobs[0], Succeeded({"value": 1}))
    assert made.engine.claim(address(task, "s2"), ME) is not None
    assert made.engine.claim(address(task, "s3"), ME) is None


def test_a_worker_whose_clock_is_behind_takes_what_others_have_sent(make: Make) -> None:
    made = make(step("one", "test.give"))
    task = planned(made, step("a", "test.give"))
    made.clock.ahead -= made.engine.lease / 2
    assert made.engine.claim(address(task, "a"), ME) is not None


# -- statements ------------------------------------------------------------------------------------------


@contextmanager
def counted() -> Iterator[list[str]]:
    """Each statement that is sent meanwhile."""
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


def test_a_plain_subtask_takes_few_statements(
    tmp_path: Path, migrated_url: str, record_property: Callable[[str, object], None]
) -> None:
    with closing(TestInstallation(tmp_path, Plan(()), database_url=migrated_url)) as made:
        takes = step("b", "test.give", value={FROM: "a.value"}, text={FROM: "request.text"})
        task = planned(made, step("a", "test.give"), takes, step("c", "test.give", "b"))
        do(made, task, "a", Succeeded({"value": 5}))
        with counted() as said:
            job = made.engine.claim(address(task, "b"), ME)
            assert job is not None
            assert made.engine.inputs(job) == {"value": 5, "text": "anything"}
            assert made.engine.settle(job, Succeeded({"value": 6}))
    record_property("statements", len(said))
    assert len(said) <= MOST_STATEMENTS


# -- a server --------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """One that the test may end."""
    try:
        with PostgresServer() as started:
            yield started
    except ProgramMissing as error:
        missing(str(error))


def looked(database: Database, *, meanwhile: Callable[[], None] = lambda: None) -> int:
    """How many statuses its tasks have, looked at twice in one transaction."""
    with database.write() as tx:
        before = len(reading.open_task_counts(tx))
        meanwhile()
        return before + len(reading.open_task_counts(tx))


def test_a_server_that_is_away_is_told_apart_and_used_again_when_it_is_back(server: PostgresServer) -> None:
    with closing(Database(server.new_database())) as database:
        database.migrate()
        server.kill()
        with pytest.raises(StoreAway, match=r"does not answer now .*nothing is lost"):
            looked(database)
        with pytest.raises(StoreAway, match="Connection refused"):
            looked(database)
        server.restart()
        assert looked(database) == 0


def test_who_was_at_work_when_the_server_restarted_goes_on_in_the_next_transaction(
    server: PostgresServer,
) -> None:
    with closing(Database(server.new_database())) as database:
        database.migrate()
        with pytest.raises(StoreAway):
            looked(database, meanwhile=server.restart)
        assert looked(database) == 0


def test_what_only_a_person_can_put_right_is_said_without_the_password(server: PostgresServer) -> None:
    made = make_url(server.new_database())
    with closing(Database(made.render_as_string())) as database, database.write() as tx:
        tx.execute(text(f"CREATE USER eve PASSWORD '{RIGHT}'"))
    server.ask_for_passwords()
    wrong = {
        "password": made.set(username="eve", password=WRONG),
        "does not exist": made.set(database="hush", username="eve", password=RIGHT),
        "permission denied": made.set(username="eve", password=RIGHT),
    }
    for said, url in wrong.items():
        with (
            closing(Database(url.render_as_string(hide_password=False))) as database,
            pytest.raises(StoreUnavailable, match=said) as raised,
        ):
            database.migrate()
        assert not isinstance(raised.value, StoreAway)
        assert WRONG not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://eve:hush-hush@host/errand", "postgresql+psycopg://eve:hush-hush@host:port/errand",
     "postgresql+psycopg://eve:hush-hush@host"],
)  # fmt: skip
def test_an_address_that_can_not_be_used_is_said_without_the_password(url: str) -> None:
    with pytest.raises(
        SetupError, match=r"write it as postgresql\+psycopg://user:password@host/errand"
    ) as raised:
        Database(url)
    assert "hush" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_processes_that_start_at_once_bring_a_new_database_up_to_date_together(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(6)]
    with ThreadPoolExecutor() as pool:
        for each in [pool.submit(database.migrate) for database in databases]:
            each.result(LONG_ENOUGH)
    with databases[0].read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
    for database in databases:
        database.close()


def test_an_older_version_works_on_with_a_database_that_a_newer_one_has_changed(either_url: str) -> None:
    with closing(Database(either_url)) as database:
        database.migrate()
        with database.write() as tx:
            tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        database.migrate()


def test_what_a_frozen_process_has_locked_is_free_again_in_time(migrated_url: str) -> None:
    with closing(Database(migrated_url)) as database, database.at_once() as tx:
        timeouts = {
            name: tx.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("idle_in_transaction_session_timeout", "tcp_user_timeout", "tcp_keepalives_idle")
        }
    assert timeouts == {
        "idle_in_transaction_session_timeout": "30s", "tcp_user_timeout": "10000", "tcp_keepalives_idle": "5"
    }  # fmt: skip
