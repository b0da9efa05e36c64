"""A database server that goes away after something was done, and before the next thing is."""

import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from errand.capability import Context, capability
from errand.domain.budget import Ceiling, Ceilings
from errand.domain.errors import StoreAway
from errand.domain.ids import SubtaskAddress, WorkerId
from errand.domain.plan import Plan
from errand.domain.task import SubtaskStatus, TaskStatus
from errand.queue import Consumer
from errand.store.database import Database
from tests.conftest import missing
from tests.installation import LONG_ENOUGH, Number, TestInstallation, address, step
from tests.servers.services import PostgresServer, ProgramMissing

PLAN = Plan((step("one", "test.give"),))


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    try:
        started = PostgresServer(durable=True)
    except ProgramMissing as error:
        missing(str(error))
    with started as running:
        yield running


class Unlucky:
    """Keeps `errand.queue.Queue`: takes no message, and the database server goes away at that moment."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def send(self, address: SubtaskAddress, capability: str) -> bool:
        del address, capability
        self._server.kill()
        return False

    def serve(
        self, capabilities: Collection[str], handle: Callable[[SubtaskAddress], None], slots: int
    ) -> Consumer:
        raise NotImplementedError

    def waiting(self, capabilities: Collection[str]) -> dict[str, int]:
        del capabilities
        return {}


def test_a_task_that_was_written_is_not_refused_when_the_database_goes_away_then(
    tmp_path: Path, server: PostgresServer
) -> None:
    made = TestInstallation(tmp_path, PLAN, database_url=server.new_database(), carrier=Unlucky(server))
    with closing(made):
        task = made.submit()
        server.restart()
        assert made.view(task).status is TaskStatus.QUEUED


def test_a_claim_outlives_a_crash_of_the_server(tmp_path: Path, server: PostgresServer) -> None:
    made = TestInstallation(tmp_path, PLAN, database_url=server.new_database())
    with closing(made):
        task = made.submit()
        job = made.engine.claim(address(task, "plan"), WorkerId("somebody"))
        server.kill()
        with pytest.raises(StoreAway):
            made.engine.claim(address(task, "plan"), WorkerId("another"))
        server.restart()
        again = made.engine.claim(address(task, "plan"), WorkerId("another"))
        found = made.subtask(task, "plan")
    assert job is not None
    assert again is None, "both would hold attempt 1"
    assert (found.status, found.attempt, found.worker) == (SubtaskStatus.RUNNING, 1, "somebody")


def test_a_job_that_was_done_is_not_done_again_when_its_time_can_not_be_counted(
    tmp_path: Path, server: PostgresServer
) -> None:
    runs, gone = [], threading.Event()

    @capability("test.unplug")
    def unplug(given: Number, context: Context) -> Number:
        """Find the database server gone at the end of the first attempt."""
        runs.append(context.attempt)
        if not gone.is_set():
            server.kill()
            gone.set()
        return given

    made = TestInstallation(
        tmp_path,
        Plan((step("one", "test.unplug"),)),
        database_url=server.new_database(),
        more=[unplug],  # type: ignore[list-item]  # as Catalogue
        ceilings=Ceilings(day=Ceiling(wall_seconds=3600)),
    )
    with closing(made):
        task = made.submit()
        with made.working():
            assert gone.wait(LONG_ENOUGH)
            server.restart()
            view = made.until(task, lambda view: view.status.ended)
    assert (view.status, runs) == (TaskStatus.SUCCEEDED, [1])


def test_a_server_that_goes_away_while_a_connection_is_encrypted_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()

        def begin_and_go_away() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(8)  # a wish for encryption
                connection.sendall(b"S")

        going = threading.Thread(target=begin_and_go_away)
        going.start()
        url = f"postgresql+psycopg://errand@{host}:{port}/errand?sslmode=require"
        with closing(Database(url)) as database, pytest.raises(StoreAway, match="SSL"), database.read():
            pass
        going.join()


def test_what_the_driver_refuses_to_send_is_no_sign_of_a_server_that_is_away(migrated_url: str) -> None:
    with closing(Database(migrated_url)) as database, pytest.raises(DataError), database.read() as tx:
        tx.execute(text("SELECT CAST(:said AS text)"), {"said": "no\x00"})
