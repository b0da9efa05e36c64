"""Workers with children that are killed, from outside and by what they run."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from errand.domain.task import Fault, SubtaskStatus, SubtaskView
from errand.processes import children_of
from errand.store import reading
from errand.store.database import Database
from tests.installation import LONG_ENOUGH
from tests.integration.sites import lives, until


def start(folder: Path, capability: str, text: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.e2e.child_victim", str(folder), capability, text],
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )


def below(pid: int) -> Sequence[int]:
    """All that it started, and they."""
    return [each for child in children_of(pid) for each in (child, *below(child))]


def step_one(folder: Path) -> SubtaskView:
    with closing(Database(f"sqlite:///{folder / 'errand.db'}")) as database, database.read() as tx:
        (task,) = reading.task_views(tx, status=None, limit=10)
        return next(each for each in reading.subtask_views(tx, task.id) if each.address.key == "one")


def test_nothing_outlives_a_worker_that_is_killed(tmp_path: Path) -> None:
    listed = tmp_path / "pids"
    worker = start(tmp_path, "test.cling_long", str(listed))
    until(lambda: listed.exists() and len(listed.read_text().split()) == 4)
    started = below(worker.pid)

    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()

    assert len(started) >= 2 + 4  # the nursery, the child, what that started
    until(lambda: not any(map(lives, [*started, *map(int, listed.read_text().split())])))


def test_a_job_that_kills_its_worker_takes_three_of_them_and_is_a_dead_letter(tmp_path: Path) -> None:
    ended = []
    for _ in range(4):
        worker = start(tmp_path, "test.kill_worker", "")
        worker.communicate(timeout=LONG_ENOUGH)
        ended.append(worker.returncode)

    found = step_one(tmp_path)
    assert ended == [-signal.SIGKILL] * 3 + [0]
    assert (found.status, found.fault) == (SubtaskStatus.DEAD, Fault.LOST)
    assert found.error.startswith("Its worker died 3 times in a row (")
