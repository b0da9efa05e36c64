"""What every test may ask for."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

from tests.servers.s3 import S3Server
from tests.servers.services import PostgresServer, ProgramMissing, RedisServer

_Server = TypeVar("_Server", RedisServer, PostgresServer)

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real filings with their checks; kept beside the checkout, not in it."""
    if not CORPUS.is_dir():
        missing("The corpus is missing beside the checkout")
    return CORPUS


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One for the whole run; a test that kills or pauses one starts its own."""
    yield from _served(RedisServer)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One for the whole run; a test that kills or pauses one starts its own."""
    yield from _served(PostgresServer)


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """One for the whole run; a test that ends or pauses one, or sets its keys, asks for `own_s3`."""
    with S3Server() as server:
        yield server


@pytest.fixture
def own_s3() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


@pytest.fixture
def broker_url(redis_server: RedisServer) -> str:
    """Of a Redis that holds nothing."""
    with redis_server.client() as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def database_url(postgres: PostgresServer) -> str:
    """Of a fresh, empty database on PostgreSQL."""
    return postgres.new_database()


def missing(what: str) -> NoReturn:
    """Skip the test on a laptop, fail it in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def _served(start: Callable[[], _Server]) -> Iterator[_Server]:
    try:
        server = start()
    except ProgramMissing as error:
        missing(str(error))
    with server:
        yield server
