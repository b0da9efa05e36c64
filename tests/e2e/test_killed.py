"""Killing the process at any point and starting it again loses nothing."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from errand.domain.task import TaskStatus
from errand.store import reading
from errand.store.database import Database
from tests.e2e.victim import expected, lattice
from tests.installation import LONG_ENOUGH

KILLS = 12


def start(folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.e2e.victim", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n", process.stderr.read() if process.stderr else ""
    return process


def kill_soon(process: "subprocess.Popen[str]", seconds: float) -> None:
    """SIGKILL after a while, unless it has ended by itself."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("seed", [random.SystemRandom().randrange(10**6)])
def test_a_process_killed_again_and_again_at_random_moments_finishes_its_task(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(KILLS):
        kill_soon(start(tmp_path), chance.uniform(0, 0.35))
    last = start(tmp_path)
    _, said = last.communicate(timeout=LONG_ENOUGH)
    assert last.returncode == 0, said

    database = Database(f"sqlite:///{tmp_path / 'errand.db'}")
    with database.read() as tx:
        (view,) = reading.task_views(tx, status=None, limit=10)
        events = reading.events(tx, view.id, 0, limit=100_000)
        statuses = {each.address.key: each.status.value for each in reading.subtask_views(tx, view.id)}
        artifacts = reading.artifacts(tx, view.id)
    database.close()

    keys = {step.key for step in lattice().steps}
    succeeded = [event.subtask for event in events if event.type == "subtask.succeeded"]
    assert (view.status, view.result, view.open) == (TaskStatus.SUCCEEDED, expected(), 0)
    assert statuses == dict.fromkeys(keys | {"plan"}, "succeeded")
    assert sorted(map(str, succeeded)) == sorted([*keys, "plan"])
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert sorted(str(each["subtask"]) for each in artifacts) == sorted(keys)
