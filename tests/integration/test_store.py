"""The store on a real SQLite file."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import insert, select

from errand.domain.errors import HomeInUse, SetupError, StoreUnavailable
from errand.store.artifacts import ArtifactFolder
from errand.store.database import MIGRATIONS, Database
from errand.store.home import Home
from errand.store.tables import metadata, worker
from tests.installation import LONG_ENOUGH


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'errand.db'}")
    made.migrate()
    return made


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(database: Database) -> None:
    with database.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
    database.close()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    with database.read() as tx:
        assert tx.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [("0004",)]
    database.close()


def test_processes_that_start_at_once_on_a_new_home_bring_it_up_to_date_together(tmp_path: Path) -> None:
    script = (
        "import sys; from errand.store.database import MIGRATIONS, Database\n"
        "sys.stdin.read(1); Database(sys.argv[1]).migrate(); print('done')"
    )
    url = f"sqlite:///{tmp_path / 'errand.db'}"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for each in started:
        assert each.stdin is not None
        each.stdin.write("x")
        each.stdin.flush()
    assert [each.communicate(timeout=LONG_ENOUGH)[0] for each in started] == ["done\n"] * 4


def test_questions_of_tasks_that_have_ended_are_closed_by_the_second_migration(tmp_path: Path) -> None:
    made = Database(f"sqlite:///{tmp_path / 'errand.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with made.write() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "0001")
        tx.exec_driver_sql(
            "INSERT INTO question (id, task, subtask, name, kind, text, choices, asked) "
            "VALUES ('q', 't', 's', 'n', 'open', 'Which?', '[]', '2026-01-01 00:00:00')"
        )
    made.migrate()
    with made.read() as tx:
        assert tx.exec_driver_sql("SELECT id, withdrawn FROM question").all() == [("q", 1)]
    made.close()


def test_times_come_back_as_the_same_moment_in_utc(database: Database) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    row = {"id": "w", "host": "h", "process": 1, "version": "1", "capabilities": [], "slots": 1, "state": "x"}
    with database.write() as tx:
        tx.execute(insert(worker), row | {"started": at, "heartbeat": at})
    with database.read() as tx:
        back = tx.execute(select(worker.c.started)).scalar_one()
    assert (back, back.tzinfo) == (at, UTC)
    database.close()


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as tx:
        tx.exec_driver_sql("CREATE TABLE extra (n INTEGER)")
        with database.read() as other:
            assert other.exec_driver_sql("SELECT count(*) FROM task").scalar_one() == 0
    database.close()


def test_writers_of_many_threads_lose_nothing(database: Database) -> None:
    with database.write() as tx:
        tx.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        tx.exec_driver_sql("INSERT INTO counter VALUES (0)")

    def count() -> None:
        for _ in range(50):
            with database.write() as tx:
                n = tx.exec_driver_sql("SELECT n FROM counter").scalar_one()
                tx.exec_driver_sql("UPDATE counter SET n = ?", (n + 1,))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_ENOUGH)
    with database.read() as tx:
        assert tx.exec_driver_sql("SELECT n FROM counter").scalar_one() == 200
    database.close()


def test_a_full_database_is_said_in_a_sentence_and_keeps_what_it_has(database: Database) -> None:
    with database.write() as tx:
        tx.exec_driver_sql("CREATE TABLE kept (text TEXT)")
        tx.exec_driver_sql("INSERT INTO kept VALUES ('before')")
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreUnavailable, match="is full: free some space"), database.write() as tx:
        tx.exec_driver_sql("INSERT INTO kept VALUES (?)", ("x" * 1_000_000,))
    with database.read() as tx:
        assert tx.exec_driver_sql("SELECT text FROM kept").all() == [("before",)]
    database.close()


def test_a_file_that_is_no_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "errand.db").write_bytes(b"not a database at all, but long enough to be taken for one" * 20)
    with pytest.raises(StoreUnavailable, match="restore it from a backup"):
        Database(f"sqlite:///{tmp_path / 'errand.db'}").migrate()


def test_a_folder_that_can_not_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "artifacts").write_text("a file stands in the way")
    with pytest.raises(StoreUnavailable, match="can not be written"):
        ArtifactFolder(tmp_path / "artifacts").put(b"content")
    with pytest.raises(StoreUnavailable, match="can not be written"):
        ArtifactFolder(tmp_path / "artifacts").check()
    with pytest.raises(StoreUnavailable, match="can not be read"):
        ArtifactFolder(tmp_path / "artifacts").get("0" * 64)


def test_a_second_process_is_told_who_works_on_the_home(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from errand.store.home import Home\n"
        "with Home(Path(sys.argv[1])).locked(): print('locked', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    with pytest.raises(HomeInUse, match=f"process {holder.pid}"), Home(tmp_path).locked():
        pass
    holder.kill()
    holder.communicate()
    with Home(tmp_path).locked():
        assert (tmp_path / "lock").read_text() != str(holder.pid)


def test_a_home_that_can_not_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="set ERRAND_HOME"):
        Home(tmp_path / "file" / "home")


def test_a_new_home_is_for_its_owner_alone(tmp_path: Path) -> None:
    Home(tmp_path / "new")

    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
