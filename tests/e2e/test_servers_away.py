"""Tasks are handed in while Redis or PostgreSQL is away, or Redis is full."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.e2e.distributed import PROGRAM, Distributed, until
from tests.e2e.real import Ran
from tests.servers.services import PostgresServer, ProgramMissing, RedisServer


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """One that a test may break."""
    try:
        server = RedisServer(more=["--maxmemory-policy", "noeviction"])
    except ProgramMissing as error:
        missing(str(error))
    with server:
        yield server


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """As `redis`."""
    try:
        server = PostgresServer()
    except ProgramMissing as error:
        missing(str(error))
    with server:
        yield server


@pytest.fixture
def tiny(tmp_path: Path, postgres: PostgresServer, redis: RedisServer) -> Distributed:
    """With the capabilities of tests."""
    return Distributed(tmp_path / "here", postgres.new_database(), redis.url, PROGRAM)


def test_what_is_handed_in_while_redis_is_away_is_done_when_it_is_back(
    tiny: Distributed, redis: RedisServer
) -> None:
    with tiny.working() as processes:
        redis.kill()
        submitted = tiny("submit", "say hello")
        redis.restart()
        watched = _watched(tiny, submitted)
        ended = [each.stop() for each in processes]

    assert submitted.status == 0, submitted.err
    assert watched == "hello"
    assert ended == [0, 0]


def test_handing_in_while_the_database_is_away_says_so_in_one_sentence(
    tiny: Distributed, postgres: PostgresServer
) -> None:
    with tiny.working() as processes:
        postgres.kill()
        refused = tiny("submit", "say hello")
        postgres.restart()
        ran = tiny("run", "say hello", "--json")
        ended = [each.stop() for each in processes]

    assert (refused.status, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "does not answer now" in refused.err
    assert (ran.status, ran.json()["result"]) == (0, "hello")
    assert ended == [0, 0]


def test_a_full_redis_loses_nothing(tiny: Distributed, redis: RedisServer, tmp_path: Path) -> None:
    there = tmp_path / "there"
    with tiny.working() as processes:
        waiting = tiny("submit", f"wait {there}")
        until(lambda: _status(tiny, waiting.out.strip()) == "running")
        _fill(redis)
        submitted = [tiny("submit", "say hello") for _ in range(3)]
        there.touch()
        until(lambda: _status(tiny, waiting.out.strip()) == "succeeded")
        while_full = [_status(tiny, each.out.strip()) for each in submitted]
        _empty(redis)
        watched = [_watched(tiny, each) for each in submitted]
        ended = [each.stop() for each in processes]

    assert [each.status for each in submitted] == [0, 0, 0]
    assert while_full == ["queued", "queued", "queued"]
    assert watched == ["hello", "hello", "hello"]
    assert ended == [0, 0]


def _watched(tiny: Distributed, submitted: Ran) -> str:
    """What it gave."""
    task = submitted.out.strip()
    return str(tiny("watch", task, "--json", "--out", task).json()["result"])


def _status(tiny: Distributed, task: str) -> str:
    return str(tiny("show", task, "--json").json()["status"])


def _fill(redis: RedisServer) -> None:
    """As if what it may hold were there: it takes nothing more, and gives nothing up."""
    with redis.client() as client:
        client.config_set("maxmemory", int(client.info("memory")["used_memory"]) // 2)


def _empty(redis: RedisServer) -> None:
    with redis.client() as client:
        client.config_set("maxmemory", 0)
