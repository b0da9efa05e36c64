"""From the version before to this one, with rows of every kind, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from errand.domain.ids import TaskId, WorkerId
from errand.domain.plan import Plan
from errand.domain.task import Succeeded, TaskStatus
from errand.store.database import MIGRATIONS, Database
from tests.installation import TestInstallation, address

ME = WorkerId("me")
OLD = TaskId("old")
ROWS = """
    INSERT INTO task (id, text, attachments, principal, origin, limits, status, created, open, total,
                      last_event, missing, plan)
    VALUES ('old', 'old', '[]', 'ann', 'cli', '{}', 'running', '2026-01-01 00:00:00', 3, 4, 1,
            '[]', '{"made_by": "somebody"}');
    INSERT INTO subtask (task, key, position, capability, title, because, score, inputs, needs, optional,
                         dependents, unmet, status, attempt, max_attempts, error, detail, discarded,
                         ready_at, send_after, worker, lease_until, started, ended, output)
    VALUES ('old', 'plan', 0, 'plan', '', '', 1, '{}', '[]', false,
            0, 0, 'succeeded', 1, 3, '', '', false,
            '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'w', NULL, '2026-01-01 00:00:00',
            '2026-01-01 00:00:00', '{}'),
           ('old', 'a', 1, 'test.give', '', '', 1, '{"value": 1}', '[]', false,
            1, 0, 'ready', 0, 3, '', '', false,
            '2026-01-01 00:00:00', '2026-01-01 00:00:00', NULL, NULL, NULL, NULL, NULL),
           ('old', 'b', 2, 'test.give', '', '', 1, '{"value": 1}', '[]', false,
            1, 0, 'running', 1, 3, '', '', false,
            '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'w', '2026-01-01 00:00:00', '2026-01-01 00:00:00',
            NULL, NULL),
           ('old', 'c', 3, 'test.give', '', '', 1, '{"value": 1}', '["a", "b"]', false,
            0, 2, 'pending', 0, 3, '', '', false,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO dependency (task, needed, dependent) VALUES ('old', 'a', 'c'), ('old', 'b', 'c');
    INSERT INTO job (task, subtask, attempt, worker, started, ended, outcome)
    VALUES ('old', 'plan', 1, 'w', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'succeeded'),
           ('old', 'b', 1, 'w', '2026-01-01 00:00:00', NULL, NULL);
    INSERT INTO event VALUES ('old', 1, NULL, 'task.submitted', '{}', '2026-01-01 00:00:00');
    INSERT INTO worker VALUES ('w', 'host', 1, '0', '[]', 2, 'working', '2026-01-01 00:00:00',
                               '2026-01-01 00:00:00');
    INSERT INTO question (id, task, subtask, name, kind, text, choices, asked)
    VALUES ('q', 'old', 'plan', 'n', 'open', 'Which?', '[]', '2026-01-01 00:00:00');
    INSERT INTO turn VALUES ('old', 'b', 1, 1, '{}', '2026-01-01 00:00:00');
    INSERT INTO artifact VALUES ('old', 'plan', 'n', 'document', 'text/plain', 1, '0', '{}',
                                 '2026-01-01 00:00:00');
    INSERT INTO spending VALUES ('task', 'old', 1, 2, 3, 4.5, 0, 0, 0)
"""
"""As the version before wrote them."""
LATER = """
    UPDATE task SET open = 4, total = 5 WHERE id = 'old';
    INSERT INTO subtask (task, key, position, capability, title, because, score, inputs, needs, optional,
                         dependents, unmet, status, attempt, max_attempts, error, detail, discarded,
                         ready_at, send_after)
    VALUES ('old', 'd', 4, 'test.give', '', '', 1, '{"value": 1}', '[]', false,
            0, 0, 'ready', 0, 3, '', '', false, '2026-01-01 00:00:00', '2026-01-01 00:00:00')
"""
"""The same, when this one has migrated already."""


@pytest.fixture
def old_url(either_url: str, request: pytest.FixtureRequest) -> str:
    """Of a database as the version before had it, with rows of every kind."""
    url = either_url if either_url.startswith("sqlite") else str(request.getfixturevalue("database_url"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with closing(Database(url)) as database, database.write() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "0003")
        for each in ROWS.split(";"):
            tx.exec_driver_sql(each)
    return url


@pytest.fixture
def installation(tmp_path: Path, old_url: str) -> Iterator[TestInstallation]:
    """Migrated."""
    with closing(TestInstallation(tmp_path, Plan(()), database_url=old_url)) as made:
        yield made


def test_a_task_of_the_version_before_is_carried_on_to_its_end(installation: TestInstallation) -> None:
    assert [each.key for each in installation.engine.rescue()] == ["b"]
    for key in ("a", "b", "c"):
        job = installation.engine.claim(address(OLD, key), ME)
        assert job is not None
        assert installation.engine.settle(job, Succeeded({"value": 1}))
    assert installation.view(OLD).status is TaskStatus.SUCCEEDED
    numbers = installation.event_numbers(OLD)
    assert numbers == list(range(1, len(numbers) + 1))


def test_what_is_unfinished_stands_in_the_line_of_its_principal(installation: TestInstallation) -> None:
    with installation.database.read() as tx:
        rows = tx.execute(text("SELECT key, principal, rank FROM subtask ORDER BY position")).all()
    assert [tuple(row) for row in rows] == [
        ("plan", "", 0),
        ("a", "ann", 0),
        ("b", "ann", 0),
        ("c", "ann", 0),
    ]


def test_what_a_process_of_the_version_before_still_writes_is_worked_on(
    installation: TestInstallation,
) -> None:
    with installation.database.write() as tx:
        for each in LATER.split(";"):
            tx.exec_driver_sql(each)
    job = installation.engine.claim(address(OLD, "d"), ME)
    assert job is not None
    assert installation.engine.settle(job, Succeeded({"value": 1}))
    assert installation.statuses(OLD)["d"] == "succeeded"
    assert installation.view(OLD).open == 3
