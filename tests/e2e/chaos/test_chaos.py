"""Everything is killed again and again while tasks are carried out: nothing is lost, nothing happens twice.

`make chaos` has more of it: SEEDS="1 2 3" for runs that are to be repeated, ROUNDS=10 for new ones.
"""

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.e2e.chaos.run import ChaosRun
from tests.servers.services import PostgresServer, ProgramMissing, RedisServer

SEED = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
TASKS = int(os.environ.get("CHAOS_TASKS", "25"))
WORKERS = int(os.environ.get("CHAOS_WORKERS", "3"))


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """It keeps nothing, as Errand asks nothing else of it."""
    try:
        server = RedisServer()
    except ProgramMissing as error:
        missing(str(error))
    with server:
        yield server


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    try:
        server = PostgresServer(durable=True)
    except ProgramMissing as error:
        missing(str(error))
    with server:
        yield server


@pytest.mark.timeout(1800)
def test_whatever_is_killed_all_is_done_and_each_effect_is_there_once(
    tmp_path: Path, redis: RedisServer, postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ChaosRun(tmp_path / "chaos", redis, postgres, SEED, TASKS, WORKERS)
    run.carry_out()
    with capsys.disabled():
        sys.stdout.write(run.figures)

    assert run.faults == [], f"seed {SEED}"
